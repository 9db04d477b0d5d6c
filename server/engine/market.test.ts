import { describe, expect, it } from 'vitest'
import type { SetMarketStatus } from './command.ts'
import type { Engine } from './engine.ts'
import { ANN, BEN, COIN, engineOf, give, NO_EVENTS, place, refusalOf, START_MS, tradeAt } from './engine.fixture.ts'

const setStatus = (engine: Engine, fields: Omit<SetMarketStatus, 'kind' | 'symbol'>) =>
  engine.apply({ kind: 'market.status', symbol: 'VLNT', ...fields }, START_MS)

describe('a market that is not open', () => {
  it('allows cancels only, and refusals say whether it is halted or closed; others continue trading', () => {
    const engine = engineOf('10 | 99.00 |')
    const { order } = place(engine, { side: 'buy', lots: 1, limitTicks: 9_800 })
    engine.drain()
    expect(setStatus(engine, { status: 'halted' })).toEqual({ kind: 'market.status', ok: true })
    expect(engine.drain()).toEqual(NO_EVENTS)
    expect(refusalOf(engine, { side: 'buy', lots: 1, limitTicks: 9_800 })).toEqual({ code: 'MARKET_HALTED' })
    setStatus(engine, { status: 'closed' })
    expect(engine.status('VLNT')).toBe('closed')
    expect(refusalOf(engine, { side: 'buy', lots: 1, limitTicks: 9_800 })).toEqual({ code: 'MARKET_CLOSED' })
    place(engine, { symbol: COIN.symbol, side: 'buy', lots: 1, limitTicks: 9_800 })
    const { number } = order
    expect(engine.apply({ kind: 'order.cancel', account: ANN, order: { number } }, START_MS).ok).toBe(true)
    setStatus(engine, { status: 'open' })
    place(engine, { side: 'buy', lots: 1, limitTicks: 9_800 })
  })

  it('has no trades, not even by the house, so nothing triggers', () => {
    const engine = engineOf('10 | 99.00 |')
    give(engine, ANN, 10)
    const { order: stop } = place(engine, { type: 'stop', side: 'sell', lots: 5, stopTicks: 9_900 })
    const { order: resting } = place(engine, { side: 'sell', lots: 5, limitTicks: 10_000 })
    setStatus(engine, { status: 'halted' })
    expect(engine.house('VLNT').take('buy', 5, 10_000, START_MS)).toBe(0)
    expect(engine.house('VLNT').take('sell', 5, 9_900, START_MS)).toBe(0)
    expect([stop.status, resting.status]).toEqual(['untriggered', 'open'])
    setStatus(engine, { status: 'open' })
    tradeAt(engine, 9_900 + 1)
    engine.house('VLNT').take('sell', 1, 9_900, START_MS)
    expect(stop.status).toBe('filled')
  })

  it("may have the users' orders canceled, by account and number; the house's stay", () => {
    const engine = engineOf('10 | 99.00 |')
    give(engine, ANN, 10)
    place(engine, { account: BEN, side: 'buy', lots: 1, limitTicks: 9_800 })
    place(engine, { type: 'stop', side: 'sell', lots: 5, stopTicks: 9_500 })
    place(engine, { side: 'buy', lots: 1, limitTicks: 9_800, takeProfit: { limitTicks: 12_000 } })
    const { order: coin } = place(engine, { symbol: COIN.symbol, side: 'buy', lots: 1, limitTicks: 9_800 })
    engine.drain()
    setStatus(engine, { status: 'halted', cancelOrders: true })
    const { orders, accounts } = engine.drain()
    expect(orders.map(({ account, number, reason }) => [account, number, reason])).toEqual([
      [ANN, 1, 'halt'],
      [ANN, 2, 'halt'],
      [ANN, 3, 'parent_closed'],
      [BEN, 1, 'halt'],
    ])
    expect(accounts.map(({ cause }) => cause)).toEqual(['system', 'system'])
    expect([coin.status, engine.levels('VLNT', 'buy')]).toEqual(['open', [[9_900, 10]]])
  })
})
