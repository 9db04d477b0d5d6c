import type { Side } from '../../server/engine/command.ts'
import type { Slot } from '../../server/engine/house.ts'
import { toSimulated } from '../../server/exchange/market/simulated.ts'
import type { ListedInstrument } from '../../server/instruments.ts'
import { Simulator } from '../../server/simulator/simulator.ts'
import { PlainMarket } from './plain-market.ts'
import { take } from './round-trips.ts'

const STEP_MS = 50
/** From what a bot sees to what it does. */
const LATENCY_MS = 100
const SECOND_MS = 1_000
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const BPS = 10_000

interface Quote {
  readonly side: Side
  readonly ticks: number
  readonly slot: Slot
  left: number
}

function marketOf(listed: ListedInstrument, seed: number) {
  const instrument = toSimulated(listed)
  const market = new PlainMarket(instrument.startTicks * 6)
  const simulator = Simulator.start({ instruments: [instrument], seed, startMs: 13 * HOUR_MS })
  simulator.attach(instrument.symbol, market)
  simulator.step(simulator.nowMs + MINUTE_MS)
  return { market, simulator, value: simulator.world.values[0]! }
}

/**
 * A market maker without an opinion: it joins both best prices with as much as five takers trade, as long as it holds less
 * than ten times that.
 * @returns what it earns after fees in each hour, in ticks times lots
 */
export function makerAtTheTouch(listed: ListedInstrument, { hours, seed }: { hours: number; seed: number }) {
  const { market, simulator } = marketOf(listed, seed)
  const size = Math.round(100 * listed.sizeMultiplier)
  const feeRate = listed.spec.makerBps / BPS
  const quotes = new Map<Side, Quote>()
  let [cash, held] = [0, 0]
  market.onUserFill = (slot, lots, ticks) => {
    const quote = [...quotes.values()].find((one) => one.slot === slot)!
    const sign = quote.side === 'buy' ? 1 : -1
    held += sign * lots
    cash -= sign * lots * ticks + lots * ticks * feeRate
    quote.left -= lots
    if (quote.left === 0) quotes.delete(quote.side)
  }
  const quote = (side: Side, ticks: number): void => {
    const lots = Math.min(size, 10 * size - (side === 'buy' ? held : -held))
    const old = quotes.get(side)
    if (old?.ticks === ticks && lots > 0) return
    if (old !== undefined) market.cancel(old.slot)
    quotes.delete(side)
    const wouldCross = side === 'buy' ? ticks >= market.askTicks : ticks <= market.bidTicks
    if (lots <= 0 || wouldCross) return
    quotes.set(side, { side, ticks, slot: market.placeUser(side, ticks, lots), left: lots })
  }
  /** The best price of others. */
  const touchOf = (side: Side): number => {
    const own = quotes.get(side)
    let ticks = side === 'buy' ? market.bidTicks : market.askTicks
    if (own?.ticks !== ticks || market.lotsAt(ticks) > own.left) return ticks
    do ticks += side === 'buy' ? -1 : 1
    while (market.lotsAt(ticks) === 0)
    return ticks
  }
  const seen: (readonly [bid: number, ask: number])[] = []
  const earned = new Float64Array(hours)
  let before = 0
  for (let hour = 0; hour < hours; hour++) {
    for (let step = 0; step < HOUR_MS / STEP_MS; step++) {
      simulator.step(simulator.nowMs + STEP_MS)
      seen.push([touchOf('buy'), touchOf('sell')])
      if (seen.length <= LATENCY_MS / STEP_MS) continue
      const [bid, ask] = seen.shift()!
      quote('buy', bid)
      quote('sell', ask)
    }
    const worth = cash + (held * (market.bidTicks + market.askTicks)) / 2
    earned[hour] = worth - before
    before = worth
  }
  return earned
}

/**
 * A bot that watches for jumps of the value, in a market that is calm otherwise: when the mid has moved by three basis points
 * in a fifth of a second, it takes five takers' orders in that direction, and closes two seconds later.
 * @returns what it earns after fees from each jump, in basis points
 */
export function jumpChaser(listed: ListedInstrument, { jumps, seed }: { jumps: number; seed: number }): Float64Array {
  const { market, simulator, value } = marketOf(listed, seed)
  const { symbol } = listed.spec
  const lots = Math.round(500 * listed.sizeMultiplier)
  const feeRate = listed.spec.takerBps / BPS
  simulator.setConditions(symbol, { volatility: 0.1 })
  const step = (ms: number) => simulator.step(simulator.nowMs + ms)
  const takeAll = (side: Side, lots: number) => {
    const taken = take(market, side, lots, simulator.nowMs)
    simulator.onUserTrade(symbol, side, taken.filled)
    return taken
  }
  const chase = (): number => {
    const mids: number[] = []
    for (let waitedMs = 0; waitedMs < 5 * SECOND_MS; waitedMs += STEP_MS) {
      step(STEP_MS)
      mids.push((market.bidTicks + market.askTicks) / 2)
      const move = mids.at(-1)! / mids.at(-5)! - 1
      if (mids.length < 5 || Math.abs(move) < 3 / BPS) continue
      step(LATENCY_MS)
      const [opens, closes] = move > 0 ? (['buy', 'sell'] as const) : (['sell', 'buy'] as const)
      const opened = takeAll(opens, lots)
      step(2 * SECOND_MS)
      const closed = takeAll(closes, opened.filled)
      const gain = move > 0 ? closed.value - opened.value : opened.value - closed.value
      return ((gain - (opened.value + closed.value) * feeRate) / opened.value) * BPS
    }
    return 0
  }
  return Float64Array.from({ length: jumps }, (_, jump) => {
    step(MINUTE_MS)
    const size = listed.sigmaDay * (0.1 + (0.3 * jump) / jumps)
    simulator.world.jump(value, jump % 2 === 0 ? size : -size, 'own')
    return chase()
  })
}
