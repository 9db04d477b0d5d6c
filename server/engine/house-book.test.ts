import { describe, expect, it } from 'vitest'
import { AssertionError } from './assert.ts'
import { FEES, HOUSE } from './command.ts'
import { NO_SLOT } from './house.ts'
import { ANN, engineOf, NO_EVENTS, orderOf, START_MS } from './engine.fixture.ts'

describe('the house', () => {
  it('trades with itself: the trades are public and nothing else happens', () => {
    const engine = engineOf('| 100.00 | 50')
    expect(engine.house('VLNT').take('buy', 60, 10_000, START_MS)).toBe(50)
    const trade = { symbol: 'VLNT', id: 1_000_000_001, timeMs: START_MS, ticks: 10_000, lots: 50, takerSide: 'buy' }
    expect(engine.drain()).toEqual({ ...NO_EVENTS, trades: [trade] })
  })

  it('is notified of each fill of its resting orders, by users or itself', () => {
    const engine = engineOf()
    const house = engine.house('VLNT')
    const slot = house.place('sell', 10_000, 10, 42)
    const told: unknown[] = []
    house.onHouseFill = (...fill) => told.push(fill)
    engine.apply(orderOf({ side: 'buy', lots: 4 }), START_MS)
    house.take('buy', 6, 10_000, START_MS)
    expect(told).toEqual([
      [42, slot, 4, false],
      [42, slot, 6, true],
    ])
  })

  it('may not trade during a notification', () => {
    const engine = engineOf('| 100.00 | 50')
    const house = engine.house('VLNT')
    house.onHouseFill = () => house.place('sell', 10_000, 1, 0)
    expect(() => house.take('buy', 1, 10_000, START_MS)).toThrow(AssertionError)
  })

  it('never trades at an earlier time than the previous operation, although its own time lags', () => {
    const engine = engineOf()
    engine.apply(orderOf({ side: 'buy', lots: 10, limitTicks: 10_000 }), START_MS + 80)
    engine.house('VLNT').take('sell', 10, 10_000, START_MS + 50)
    const { trades, fills, entries, orders } = engine.drain()
    for (const { timeMs } of [...trades, ...fills, ...entries]) expect(timeMs).toBe(START_MS + 80)
    expect(orders.at(-1)?.closedAtMs).toBe(START_MS + 80)
  })

  it('fills a user’s resting order, and only the user’s side is booked', () => {
    const engine = engineOf()
    engine.apply(orderOf({ side: 'buy', lots: 10, limitTicks: 10_000 }), START_MS)
    engine.drain()
    expect(engine.house('VLNT').take('sell', 4, 10_000, START_MS)).toBe(4)
    const { trades, entries, fills, orders, positions, accounts } = engine.drain()
    const counts = [trades, entries, fills, orders, positions].map((events) => events.length)
    expect(counts).toEqual([1, 3, 1, 1, 1])
    expect(accounts.map(({ account }) => account.account)).toEqual([ANN, HOUSE, FEES])
    expect(engine.account(ANN)?.seq).toBe(3)
  })

  it('sees the queue at a price, but not the owners of orders', () => {
    const engine = engineOf()
    const house = engine.house('VLNT')
    const first = house.place('buy', 9_000, 5, 7)
    engine.apply(orderOf({ side: 'buy', lots: 3, limitTicks: 9_000 }), START_MS)
    const last = house.place('buy', 9_000, 2, 8)
    const users = house.nextAfter(first)
    expect([house.firstAt(9_000), house.nextAfter(users), house.nextAfter(last)]).toEqual([first, last, NO_SLOT])
    expect([first, users, last].map((slot) => house.isHouse(slot))).toEqual([true, false, true])
    expect([house.tagOf(last), house.lotsAt(9_000), house.firstAt(8_999), house.isHouse(NO_SLOT)]).toEqual([8, 10, NO_SLOT, false]) // prettier-ignore
    expect(() => house.cancel(users)).toThrow(AssertionError)
    house.cancel(first)
    expect([house.bidTicks, house.askTicks, house.firstAt(9_000), house.isHouse(first)]).toEqual([
      9_000,
      0,
      users,
      false,
    ])
  })
})
