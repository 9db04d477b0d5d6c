import type { Side } from '../../server/engine/command.ts'
import { dailyVolumeLots } from '../../server/simulator/instrument.ts'
import { Simulator } from '../../server/simulator/simulator.ts'
import { PlainMarket } from './plain-market.ts'
import { instrumentOf } from './recording.ts'

/** A part of the whole that is bought, or sold when negative, so many seconds after the start. */
interface Piece {
  readonly atSecond: number
  readonly part: number
  /** Not taken but offered, a tick better than the best price of its side, for two minutes; then the rest is taken. */
  readonly rests?: true
}
export type Schedule = readonly Piece[]

const PIECE_SECONDS = 5
const STEP_MS = 500
const RESTS_SECONDS = 120
/** Between two trips, for what is left of the impact of the last. */
const REST_SECONDS = 900

export const block = (atSecond: number, part: number): Schedule => [{ atSecond, part }]

export const resting = (atSecond: number, part: number): Schedule => [{ atSecond, part, rests: true }]

/** In even pieces, from one second to another. */
export function slowly(fromSecond: number, toSecond: number, part: number, everySeconds = PIECE_SECONDS): Schedule {
  const count = Math.floor((toSecond - fromSecond) / everySeconds)
  return Array.from({ length: count }, (_, at) => ({ atSecond: fromSecond + at * everySeconds, part: part / count }))
}

interface RoundTrips {
  readonly schedule: Schedule
  /** Bought and sold again, as a part of the nominal volume of a day. */
  readonly dayPart: number
  readonly trips: number
  readonly seed: number
  readonly liveness: number
}

/**
 * What each of some round trips on a share earns, without fees, in basis points of what was bought. The move of the value
 * is taken out, which nobody can know: each piece counts by how far its price was from the value just then.
 */
export function roundTrips({ schedule, dayPart, trips, seed, liveness }: RoundTrips): Float64Array {
  const instrument = instrumentOf('equity')
  const { symbol } = instrument
  const market = new PlainMarket(instrument.startTicks * 6)
  const simulator = Simulator.start({ instruments: [instrument], seed, startMs: 0, liveness, quantumMs: STEP_MS })
  simulator.attach(symbol, market)
  const lots = Math.round(dayPart * dailyVolumeLots(instrument))
  const lastSecond = Math.max(...schedule.map(({ atSecond }) => atSecond))
  const earned = new Float64Array(trips)
  let userFill: (lots: number, ticks: number) => void = () => undefined
  market.onUserFill = (_slot, lots, ticks) => userFill(lots, ticks)
  for (let trip = 0; trip < trips; trip++) {
    const beganMs = simulator.nowMs
    let held = 0
    let sum = 0
    let notional = 0
    const count = (side: Side, lots: number, value: number) => {
      const atValue = lots * (simulator.world.values[0]?.ticks ?? 0)
      held += side === 'buy' ? lots : -lots
      sum += side === 'buy' ? atValue - value : value - atValue
      if (side === 'buy') notional += value
    }
    for (const { atSecond, part, rests } of schedule) {
      simulator.step(beganMs + atSecond * 1_000)
      const side = part > 0 ? 'buy' : 'sell'
      // The last piece sells whatever there is, roundings too.
      let wanted = side === 'sell' && atSecond === lastSecond ? held : Math.round(Math.abs(part) * lots)
      userFill = (lots, ticks) => {
        wanted -= lots
        count(side, lots, lots * ticks)
      }
      if (rests) offer(simulator, market, side, () => wanted)
      const { filled, value } = take(market, side, wanted, simulator.nowMs)
      simulator.onUserTrade(symbol, side, filled)
      count(side, filled, value)
    }
    if (held !== 0) throw new RangeError(`a round trip is left with ${held} lots`)
    earned[trip] = (sum / notional) * 1e4
    simulator.step(simulator.nowMs + REST_SECONDS * 1_000)
  }
  return earned
}

/** Rests a tick better than the best price of the side, anew twice a second, until everything is filled or time is up. */
function offer(simulator: Simulator, market: PlainMarket, side: Side, wanted: () => number): void {
  const endMs = simulator.nowMs + RESTS_SECONDS * 1_000
  while (wanted() > 0 && simulator.nowMs < endMs) {
    const lots = wanted()
    const slot = market.placeUser(side, side === 'buy' ? market.askTicks - 1 : market.bidTicks + 1, lots)
    simulator.step(simulator.nowMs + STEP_MS)
    if (wanted() > 0) market.cancel(slot)
  }
}

/** At the market, level by level. */
export function take(market: PlainMarket, side: Side, lots: number, timeMs: number): { filled: number; value: number } {
  let filled = 0
  let value = 0
  while (filled < lots) {
    const ticks = side === 'buy' ? market.askTicks : market.bidTicks
    if (ticks === 0) break
    const here = market.take(side, Math.min(lots - filled, market.lotsAt(ticks)), ticks, timeMs)
    filled += here
    value += here * ticks
  }
  return { filled, value }
}
