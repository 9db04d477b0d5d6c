import { describe, expect, test } from 'vitest'
import { PlainMarket } from '../../test/realism/plain-market.ts'
import { SHARE } from './instrument.fixture.ts'
import type { SimulatedInstrument } from './instrument.ts'
import { Simulator } from './simulator.ts'
import { readSimulatorState, type SimulatorState } from './state.ts'

const START_MS = 1_750_000_000_000
const MINUTE_MS = 60_000

const COIN: SimulatedInstrument = {
  symbol: 'NIM-USD',
  assetClass: 'coin',
  sector: 'Crypto',
  startTicks: 4_821,
  sigmaDay: 0.034,
  sizeMultiplier: 0.6,
}

interface Running {
  readonly simulator: Simulator
  readonly market: PlainMarket
  readonly tape: string[]
}

/** A market of the given instruments; book and tape are those of the first. */
function running(simulator: Simulator, instruments: readonly SimulatedInstrument[]): Running {
  const tape: string[] = []
  const markets = instruments.map((instrument) => {
    const market = new PlainMarket(instrument.startTicks * 6)
    simulator.attach(instrument.symbol, market)
    return market
  })
  const market = markets[0]!
  market.onTrade = (timeMs, side, lots, ticks) => tape.push(`${timeMs} ${side} ${lots}@${ticks}`)
  return { simulator, market, tape }
}

const started = (seed = 7, instruments = [SHARE]): Running =>
  running(Simulator.start({ instruments, seed, startMs: START_MS }), instruments)

const restored = (state: SimulatorState): Running => running(Simulator.restore(state, [SHARE]), [SHARE])

const throughJson = (state: SimulatorState) => readSimulatorState(JSON.parse(JSON.stringify(state)))

describe('the simulated market', () => {
  test('is the same for the same seed, however it is divided into steps, and different for another seed', () => {
    const [whole, cut, other] = [started(), started(), started(8)]
    whole.simulator.step(START_MS + MINUTE_MS)
    for (let ms = 0; ms <= MINUTE_MS; ms += 37) cut.simulator.step(START_MS + ms)
    cut.simulator.step(START_MS + MINUTE_MS)
    other.simulator.step(START_MS + MINUTE_MS)
    expect(whole.tape.length).toBeGreaterThan(10)
    expect(cut.tape).toEqual(whole.tape)
    expect(cut.simulator.save()).toEqual(whole.simulator.save())
    expect(other.tape).not.toEqual(whole.tape)
  })

  test('of one instrument does not change when another one is listed', () => {
    const [alone, beside] = [started(), started(7, [SHARE, COIN])]
    alone.simulator.step(START_MS + MINUTE_MS)
    beside.simulator.step(START_MS + MINUTE_MS)
    expect(beside.tape).toEqual(alone.tape)
  })

  test('continues identically from a saved state, at any quantum', () => {
    const first = started()
    first.simulator.step(START_MS + 33_350)
    const state = throughJson(first.simulator.save())
    expect(Simulator.restore(state, [SHARE]).save()).toEqual(state)
    const [again, copy] = [running(first.simulator, [SHARE]), restored(state)]
    for (const market of [again, copy]) market.simulator.step(START_MS + 2 * MINUTE_MS)
    expect(copy.tape.length).toBeGreaterThan(10)
    expect(copy.tape).toEqual(again.tape)
    expect(copy.simulator.save()).toEqual(again.simulator.save())
  })

  test('trades at milliseconds inside the quantum, in order', () => {
    const { simulator, market } = started()
    let lastMs = START_MS
    market.onTrade = (timeMs) => {
      expect(Number.isInteger(timeMs)).toBe(true)
      expect(timeMs).toBeGreaterThanOrEqual(Math.max(lastMs, simulator.nowMs))
      expect(timeMs).toBeLessThan(simulator.nowMs + 50)
      lastMs = timeMs
    }
    simulator.step(START_MS + MINUTE_MS)
    expect(lastMs).toBeGreaterThan(START_MS)
  })

  test('never has a crossed or an empty book in an hour of each class', () => {
    for (const instrument of [SHARE, COIN]) {
      const { simulator, market } = started(3, [instrument])
      for (let ms = 0; ms < 60 * MINUTE_MS; ms += 500) {
        simulator.step(START_MS + ms)
        expect(market.bidTicks).toBeGreaterThan(0)
        expect(market.askTicks).toBeGreaterThan(market.bidTicks)
        expect(market.askTicks - market.bidTicks).toBeLessThan(0.02 * instrument.startTicks)
      }
    }
  })

  test('has quotes again at once after a user has swept the whole book', () => {
    const { simulator, market } = started()
    simulator.step(START_MS + 10_000)
    market.take('buy', 1e9, market.maxTicks, simulator.nowMs)
    market.take('sell', 1e9, 1, simulator.nowMs)
    expect([market.bidTicks, market.askTicks]).toEqual([0, 0])
    simulator.step(START_MS + 10_050)
    expect(market.bidTicks).toBeGreaterThan(0)
    expect(market.askTicks).toBeGreaterThan(market.bidTicks)
    simulator.step(START_MS + 40_000)
    expect(market.askTicks - market.bidTicks).toBeLessThan(15)
  })

  test('moves with the trades of a user, and reverts', () => {
    const [pushed, calm] = [started(), started()]
    for (const { simulator } of [pushed, calm]) simulator.step(START_MS + 10_000)
    const before = pushed.simulator.referenceTicks('NOVA')
    pushed.simulator.onUserTrade('NOVA', 'buy', 60_000)
    const moved = pushed.simulator.referenceTicks('NOVA') - before
    expect(moved / before).toBeGreaterThan(0.1 * SHARE.sigmaDay)
    expect(moved / before).toBeLessThan(0.3 * SHARE.sigmaDay)
    for (const { simulator } of [pushed, calm]) simulator.step(START_MS + 10_000 + 120 * MINUTE_MS)
    const left = pushed.simulator.referenceTicks('NOVA') - calm.simulator.referenceTicks('NOVA')
    expect(Math.abs(left)).toBeLessThan(0.6 * moved)
  })
})

/** A user's bid that is six ticks above the reference, in a market that is calm otherwise. */
function mispriced(lots: number) {
  const { simulator, market } = started()
  simulator.setConditions('NOVA', { takers: 0, volatility: 1e-6 })
  simulator.step(START_MS + 10_000)
  let filled = 0
  market.onUserFill = (_slot, lots) => (filled += lots)
  const ticks = Math.ceil(simulator.referenceTicks('NOVA')) + 6
  market.take('buy', 1e9, ticks, simulator.nowMs)
  market.placeUser('buy', ticks, lots)
  const filledAfter = (ms: number) => {
    simulator.step(START_MS + 10_000 + ms)
    return filled
  }
  return { simulator, ticks, filledAfter }
}

describe("a user's order", () => {
  test('that is mispriced by more than the tolerance is filled completely within a second', () => {
    const { filledAfter } = mispriced(400)
    expect(filledAfter(1_000)).toBe(400)
  })

  test('that is mispriced moves the price to its own, and is not filled further, however large it is', () => {
    const { simulator, ticks, filledAfter } = mispriced(2_000_000)
    const filled = filledAfter(30_000)
    expect(filled).toBeGreaterThan(1_000)
    expect(filled).toBeLessThan(40_000)
    expect(Math.abs(simulator.referenceTicks('NOVA') - ticks)).toBeLessThan(2)
  })

  test('that narrows the spread is not treated as stale: informed takers do not hit it', () => {
    const { simulator, market } = started()
    simulator.setConditions('NOVA', { takers: 0, volatility: 1e-6, spread: 4 })
    simulator.step(START_MS + 60_000)
    let filled = 0
    market.onUserFill = (_slot, lots) => (filled += lots)
    const improving = Math.floor(simulator.referenceTicks('NOVA')) - 2
    const slot = market.placeUser('buy', improving, 500)
    simulator.step(START_MS + 120_000)
    expect(filled).toBe(0)
    expect(market.remainingOf(slot)).toBe(500)
    expect(market.bidTicks).toBeGreaterThanOrEqual(improving)
  })

  test('that rests in the book at a recovery is neither crossed nor canceled by the new quotes', () => {
    const { simulator } = started()
    simulator.step(START_MS + 10_000)
    const reference = Math.round(simulator.referenceTicks('NOVA'))
    const market = new PlainMarket(SHARE.startTicks * 6)
    const orders = [market.placeUser('buy', reference + 40, 700), market.placeUser('sell', reference + 42, 300)]
    simulator.attach('NOVA', market)
    expect(orders.map((slot) => market.remainingOf(slot))).toEqual([700, 300])
    expect([market.bidTicks, market.askTicks]).toEqual([reference + 40, reference + 41])
  })

  test('far from the market is never canceled', () => {
    const { simulator, market } = started()
    const far = market.placeUser('buy', Math.round(0.9 * SHARE.startTicks), 10)
    simulator.step(START_MS + 10 * MINUTE_MS)
    expect(market.remainingOf(far)).toBe(10)
    expect(market.isHouse(far)).toBe(false)
  })
})

describe('time', () => {
  test('that was skipped advances the season and not the value', () => {
    const { simulator, market } = started()
    simulator.step(START_MS + 10_000)
    const [before, bid] = [simulator.save(), market.bidTicks]
    simulator.jumpTo(START_MS + 8 * 60 * MINUTE_MS + 123)
    const after = simulator.save()
    expect(simulator.nowMs).toBe(START_MS + 8 * 60 * MINUTE_MS)
    expect(after.instruments).toEqual(before.instruments)
    expect(market.bidTicks).toBe(bid)
    simulator.step(simulator.nowMs + 1_000)
    expect(Math.abs(market.bidTicks - bid)).toBeLessThan(60)
  })

  test('never goes back', () => {
    const { simulator } = started()
    simulator.step(START_MS + 10_000)
    simulator.jumpTo(START_MS)
    simulator.step(START_MS + 5_000)
    expect(simulator.nowMs).toBe(START_MS + 10_000)
  })
})

describe('a jump', () => {
  test('is known to all makers at once: a fifth of a second later, nothing can be taken at the old price', () => {
    for (const seed of [1, 2, 3]) {
      const { simulator, market } = started(seed)
      simulator.step(START_MS + 10_000)
      const [value] = simulator.world.values
      simulator.world.jump(value!, 0.005, 'own')
      simulator.step(START_MS + 10_200)
      expect(simulator.referenceTicks('NOVA') / value!.ticks).toBeCloseTo(1, 3)
      expect(simulator.referenceTicks('NOVA') - market.askTicks).toBeLessThan(5)
    }
  })
})

describe('conditions', () => {
  test('change the market, are saved, and end', () => {
    const { simulator, market } = started()
    simulator.setConditions('NOVA', { spread: 4, placements: 0.3 })
    simulator.step(START_MS + MINUTE_MS)
    expect(market.askTicks - market.bidTicks).toBeGreaterThan(6)
    const state = throughJson(simulator.save())
    expect(Simulator.restore(state, [SHARE]).save()).toEqual(state)
    simulator.setConditions('NOVA', {})
    expect(simulator.save().instruments[0]?.conditions).toBeUndefined()
    simulator.step(START_MS + 2 * MINUTE_MS)
    expect(market.askTicks - market.bidTicks).toBeLessThan(7)
  })

  test('a jump is news, and the market follows within seconds', () => {
    const { simulator, market } = started()
    simulator.step(START_MS + 10_000)
    const before = market.bidTicks
    simulator.jump('NOVA', 0.05)
    simulator.step(START_MS + 20_000)
    expect(market.bidTicks / before).toBeGreaterThan(1.04)
    expect(simulator.newsSince(START_MS)).toEqual([
      { timeMs: START_MS + 10_000, symbol: 'NOVA', logSize: 0.05, scope: 'asked' },
    ])
    expect(simulator.newsSince(simulator.nowMs)).toEqual([])
  })

  test('a jump that is asked for is a dividend, which makes nobody nervous: volatility stays', () => {
    const { simulator } = started()
    simulator.step(START_MS + 10_000)
    const before = simulator.save().instruments[0]?.value
    simulator.jump('NOVA', -0.01)
    const after = simulator.save().instruments[0]?.value
    expect(after?.logReturn).toBeCloseTo((before?.logReturn ?? 0) - 0.01, 12)
    expect(after?.kick).toBe(before?.kick)
  })
})

describe('a scenario', () => {
  const crash = { name: 'flash-crash', fromMs: START_MS + MINUTE_MS } as const
  const scenarioOf = (simulator: Simulator) => simulator.save().instruments[0]?.scenario

  test.each([1, 2, 3])('moves the price as described: a flash crash falls and recovers, seed %d', (seed) => {
    const { simulator, market } = started(seed)
    simulator.step(crash.fromMs)
    const before = market.bidTicks
    expect(simulator.play('NOVA', crash)).toBe(true)
    expect(simulator.play('NOVA', { ...crash })).toBe(false)
    let lowest = before
    for (let minutes = 0; minutes < 41; minutes += 0.25) {
      simulator.step(crash.fromMs + minutes * MINUTE_MS)
      lowest = Math.min(lowest, market.bidTicks)
    }
    expect(lowest / before).toBeGreaterThan(0.9)
    expect(lowest / before).toBeLessThan(0.96)
    expect(market.bidTicks / lowest).toBeGreaterThan(1.03)
    expect(scenarioOf(simulator)).toEqual({ ...crash, entered: 3, isOver: true })
    expect(simulator.newsSince(START_MS).filter(({ scope }) => scope === 'asked')).toEqual([])
  })

  test('continues after a restart, and its jump happens once and is news', () => {
    const run = { name: 'earnings-miss', fromMs: START_MS } as const
    const { simulator } = started()
    simulator.play('NOVA', run)
    simulator.step(START_MS + 5 * MINUTE_MS - 1_000)
    const state = throughJson(simulator.save())
    expect(state.instruments[0]?.conditions).toBeUndefined()
    expect(Simulator.restore(state, [SHARE]).save()).toEqual(state)
    const next = restored(state)
    expect(next.simulator.play('NOVA', run)).toBe(false)
    const before = next.simulator.referenceTicks('NOVA')
    next.simulator.step(START_MS + 5 * MINUTE_MS + 10_000)
    expect(next.simulator.referenceTicks('NOVA') / before).toBeLessThan(0.96)
    const news = next.simulator.newsSince(START_MS)
    expect(news).toMatchObject([{ symbol: 'NOVA', logSize: -0.07, scope: 'own' }])
    const later = restored(throughJson(next.simulator.save()))
    later.simulator.step(START_MS + 6 * MINUTE_MS)
    expect(later.simulator.newsSince(START_MS)).toEqual([])
  })

  test('can be ended and followed by another', () => {
    const { simulator } = started()
    simulator.play('NOVA', { name: 'drought', fromMs: START_MS })
    simulator.step(START_MS + MINUTE_MS)
    expect(scenarioOf(simulator)).toMatchObject({ name: 'drought', entered: 1 })
    expect(simulator.play('NOVA', undefined)).toBe(true)
    expect(scenarioOf(simulator)).toBeUndefined()
    simulator.step(START_MS + 2 * MINUTE_MS)
    expect(scenarioOf(simulator)).toBeUndefined()
    simulator.play('NOVA', { name: 'quiet', fromMs: START_MS + 2 * MINUTE_MS })
    simulator.step(START_MS + 3 * MINUTE_MS)
    expect(scenarioOf(simulator)).toMatchObject({ name: 'quiet', entered: 1, isOver: false })
  })
})

describe('a simulator', () => {
  test('throws for an instrument without a book and for one that is not listed', () => {
    const simulator = Simulator.start({ instruments: [SHARE], seed: 1, startMs: START_MS })
    expect(() => simulator.step(START_MS + 50)).toThrow('NOVA: expected a book')
    expect(() => simulator.onUserTrade('NONE', 'buy', 1)).toThrow('found NONE')
  })

  test('restored with another list starts new instruments at their start price and drops old ones', () => {
    const { simulator } = started()
    simulator.step(START_MS + MINUTE_MS)
    const other = Simulator.restore(simulator.save(), [COIN])
    expect(other.referenceTicks('NIM-USD')).toBe(COIN.startTicks)
    expect(other.save().instruments.map(({ symbol }) => symbol)).toEqual(['NIM-USD'])
  })

  test('refuses a state of another version or with a missing number', () => {
    const state = started().simulator.save()
    expect(() => readSimulatorState({ ...state, version: 0 })).toThrow('expected version 1, found 0')
    expect(() => readSimulatorState({ ...state, nowMs: Number.NaN })).toThrow('finite number at state.nowMs')
    expect(() => readSimulatorState(null)).toThrow('expected an object')
  })

  test('has a state of about a kilobyte per instrument', () => {
    expect(JSON.stringify(started(7, [SHARE, COIN]).simulator.save()).length).toBeLessThan(2_600)
  })
})
