import { describe, expect, test } from 'vitest'
import { PlainMarket } from '../../test/realism/plain-market.ts'
import { SHARE } from './instrument.fixture.ts'
import { Simulator } from './simulator.ts'
import { rescaled } from './state.ts'

const START_MS = 1_750_000_000_000
const MINUTE_MS = 60_000

function started() {
  const simulator = Simulator.start({ instruments: [SHARE], seed: 7, startMs: START_MS })
  const market = new PlainMarket(SHARE.startTicks * 6)
  simulator.attach('NOVA', market)
  simulator.step(START_MS + 10_000)
  return { simulator, market }
}

describe('a halted instrument', () => {
  test('is neither quoted nor traded by the simulated participants, while its value keeps moving', () => {
    const { simulator, market } = started()
    const own = market.placeUser('buy', Math.round(simulator.referenceTicks('NOVA')) - 1, 300)
    const before = { events: simulator.events, bid: market.bidTicks, ask: market.askTicks }
    let trades = 0
    market.onTrade = () => (trades += 1)
    simulator.halt('NOVA')
    const value = simulator.referenceTicks('NOVA')
    simulator.jump('NOVA', -0.05)
    simulator.step(START_MS + MINUTE_MS)
    expect(simulator.nowMs).toBe(START_MS + MINUTE_MS)
    expect(simulator.referenceTicks('NOVA')).toBeLessThan(0.96 * value)
    expect({ events: simulator.events, bid: market.bidTicks, ask: market.askTicks }).toEqual(before)
    expect([trades, market.remainingOf(own)]).toEqual([0, 300])
  })

  test('is quoted around the new value when it resumes, and a user’s mispriced order is hit', () => {
    const { simulator, market } = started()
    const far = market.placeUser('buy', 5_000, 10)
    const wrong = market.placeUser('buy', Math.round(simulator.referenceTicks('NOVA')) - 5, 300)
    simulator.halt('NOVA')
    simulator.jump('NOVA', -0.05)
    simulator.step(START_MS + MINUTE_MS)
    simulator.resume('NOVA')
    expect(market.remainingOf(wrong)).toBe(300)
    const filled = new Map<number, number>()
    market.onUserFill = (slot, lots) => void filled.set(slot, (filled.get(slot) ?? 0) + lots)
    simulator.step(START_MS + MINUTE_MS + 2_000)
    expect(filled).toEqual(new Map([[wrong, 300]]))
    expect(market.remainingOf(far)).toBe(10)
    const middle = (market.bidTicks + market.askTicks) / 2
    expect(Math.abs(middle - simulator.referenceTicks('NOVA'))).toBeLessThan(20)
  })

  test('gets no quotes when its book is attached during the halt, and gets them when the halt ends', () => {
    const { simulator } = started()
    simulator.halt('NOVA')
    const market = new PlainMarket(SHARE.startTicks * 6)
    simulator.attach('NOVA', market)
    simulator.step(START_MS + 20_000)
    expect([market.bidTicks, market.askTicks]).toEqual([0, 0])
    simulator.resume('NOVA')
    expect(market.bidTicks).toBeGreaterThan(0)
    expect(market.askTicks).toBeGreaterThan(market.bidTicks)
  })

  test('is unchanged by resume if it was not halted', () => {
    const { simulator, market } = started()
    const before = simulator.save()
    simulator.resume('NOVA')
    expect(simulator.save()).toEqual(before)
    expect(market.bidTicks).toBeGreaterThan(0)
  })
})

test('detach removes all orders of the house and keeps those of users', () => {
  const { simulator, market } = started()
  const own = market.placeUser('buy', 5_000, 10)
  simulator.detach('NOVA')
  expect([market.bidTicks, market.askTicks]).toEqual([5_000, 0])
  expect(market.remainingOf(own)).toBe(10)
  expect(() => simulator.step(START_MS + 20_000)).toThrow('NOVA: expected a book')
})

test('a two-for-one split halves the price in a saved state and changes nothing else', () => {
  const { simulator } = started()
  simulator.onUserTrade('NOVA', 'buy', 30_000)
  const before = simulator.referenceTicks('NOVA')
  const half = { ...SHARE, startTicks: SHARE.startTicks / 2, sizeMultiplier: 2 * SHARE.sizeMultiplier }
  const split = Simulator.restore(rescaled(simulator.save(), 'NOVA', 1 / 2), [half])
  expect(split.referenceTicks('NOVA')).toBeCloseTo(before / 2, 6)
  const market = new PlainMarket(half.startTicks * 6)
  split.attach('NOVA', market)
  split.step(START_MS + 20_000)
  expect(Math.abs((market.bidTicks + market.askTicks) / 2 - before / 2)).toBeLessThan(40)
})
