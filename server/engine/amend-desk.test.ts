import { describe, expect, it } from 'vitest'
import type { AmendOrder } from './command.ts'
import type { Engine } from './engine.ts'
import { ANN, BEN, engineOf, give, NO_EVENTS, place, SHARE, START_CENTS, START_MS, tradeAt } from './engine.fixture.ts'

const MARKET = `
  bid | price  | ask
      | 120.00 | 50
      | 101.00 | 60
  100 |  99.00 |      `

type Terms = Omit<AmendOrder, 'kind' | 'account' | 'order'>
const amend = (engine: Engine, number: number, terms: Terms) =>
  engine.apply({ kind: 'order.amend', account: ANN, order: { number }, ...terms }, START_MS + 5)
const codeOf = (engine: Engine, number: number, terms: Terms) => {
  const result = amend(engine, number, terms)
  return result.ok ? undefined : result.code === 'REJECTED' ? result.rejection.code : result.code
}

describe('an amend', () => {
  it('to fewer lots keeps the place and releases their hold', () => {
    const engine = engineOf(MARKET)
    const { order } = place(engine, { side: 'buy', lots: 10, limitTicks: 9_950 })
    const { order: behind } = place(engine, { account: BEN, side: 'buy', lots: 5, limitTicks: 9_950 })
    engine.drain()
    expect(amend(engine, 1, { lots: 4 })).toMatchObject({ ok: true, order, fills: [], priorityKept: true })
    expect(order).toMatchObject({ lots: 4, priority: 1, version: 2, heldCents: 39_800 + 20, updatedAtMs: START_MS + 5 })
    expect([engine.queueAhead(order), engine.queueAhead(behind)]).toEqual([0, 4])
    expect(engine.levels('VLNT', 'buy', 1)).toEqual([[9_950, 9]])
    const { orders, accounts } = engine.drain()
    expect([orders, accounts.map(({ cause }) => cause)]).toEqual([[order], ['amend']])
  })

  it('to more lots, or to another price, is a new arrival at the back', () => {
    const engine = engineOf(MARKET)
    const { order } = place(engine, { side: 'buy', lots: 10, limitTicks: 9_950 })
    place(engine, { account: BEN, side: 'buy', lots: 5, limitTicks: 9_950 })
    expect(amend(engine, 1, { lots: 12 })).toMatchObject({ ok: true, priorityKept: false })
    expect([order.priority, engine.queueAhead(order)]).toEqual([3, 5])
    amend(engine, 1, { limitTicks: 9_960, lots: 3 })
    expect([order.priority, engine.queueAhead(order), order.heldCents]).toEqual([4, 0, 29_880 + 15])
    expect(engine.buyingPower(ANN)).toBe(START_CENTS - 29_895)
  })

  it('may trade at its new price, and returns its fills', () => {
    const engine = engineOf(MARKET)
    const { order } = place(engine, { side: 'buy', lots: 70, limitTicks: 9_950 })
    const result = amend(engine, 1, { limitTicks: 10_100 })
    expect(result).toMatchObject({
      ok: true,
      priorityKept: false,
      fills: [{ ticks: 10_100, lots: 60, liquidity: 'taker' }],
    })
    expect(order).toMatchObject({ status: 'partially_filled', filledLots: 60 })
    expect(engine.levels('VLNT', 'buy', 1)).toEqual([[10_100, 10]])
  })

  it('that changes nothing succeeds without an event', () => {
    const engine = engineOf(MARKET)
    place(engine, { side: 'buy', lots: 10, limitTicks: 9_950 })
    engine.drain()
    expect(amend(engine, 1, { lots: 10, limitTicks: 9_950 })).toMatchObject({ ok: true, priorityKept: true })
    expect(amend(engine, 1, {})).toMatchObject({ ok: true })
    expect(engine.drain()).toEqual(NO_EVENTS)
  })

  it('to no more lots than have been filled cancels the rest', () => {
    const engine = engineOf(MARKET)
    const { order } = place(engine, { side: 'buy', lots: 10, limitTicks: 9_950 })
    engine.house('VLNT').take('sell', 4, 9_950, START_MS)
    expect(amend(engine, 1, { lots: 4 })).toMatchObject({ ok: true })
    expect(order).toMatchObject({ status: 'canceled', reason: 'user', filledLots: 4, lots: 10, heldCents: 0 })
    expect(engine.openOrders(ANN)).toEqual([])
  })

  it('of an order that is not open returns NOT_FOUND', () => {
    const engine = engineOf(MARKET)
    expect(codeOf(engine, 1, { lots: 1 })).toBe('NOT_FOUND')
    place(engine, { account: BEN, side: 'buy', lots: 1, limitTicks: 9_950 })
    expect(codeOf(engine, 1, { lots: 2 })).toBe('NOT_FOUND')
  })

  it('of a field that the order does not have is refused with its name', () => {
    const engine = engineOf(MARKET)
    give(engine, ANN, 10)
    place(engine, { side: 'buy', lots: 5, limitTicks: 9_950, takeProfit: { limitTicks: 10_500 } })
    place(engine, { type: 'stop', side: 'sell', lots: 5, stopTicks: 9_000 })
    place(engine, { type: 'trailing_stop', side: 'sell', lots: 5, trailTicks: 500 })
    const fieldOf = (number: number, terms: Terms) => {
      const result = amend(engine, number, terms)
      return !result.ok && result.code === 'NOT_AMENDABLE' ? result.field : undefined
    }
    expect(fieldOf(1, { stopTicks: 9_000 })).toBe('stopTicks')
    expect(fieldOf(2, { lots: 4, limitTicks: 10_400 })).toBe('lots')
    expect(fieldOf(3, { limitTicks: 9_000 })).toBe('limitTicks')
    expect(fieldOf(3, { trailTicks: 9 })).toBe('trailTicks')
    expect(fieldOf(4, { stopTicks: 9_000 })).toBe('stopTicks')
    expect(fieldOf(4, { limitTicks: 9_000 })).toBe('limitTicks')
  })

  it('that is refused leaves the order, its hold and its place in the queue unchanged', () => {
    const engine = engineOf(MARKET)
    const { order } = place(engine, { side: 'buy', lots: 10, limitTicks: 9_950, postOnly: true })
    const { order: behind } = place(engine, { account: BEN, side: 'buy', lots: 5, limitTicks: 9_950 })
    engine.drain()
    const before = JSON.stringify([order, engine.account(ANN), engine.levels('VLNT', 'buy')])
    expect(codeOf(engine, 1, { limitTicks: 10_100 })).toBe('POST_ONLY_WOULD_CROSS')
    expect(codeOf(engine, 1, { limitTicks: 10_600 })).toBe('PRICE_BAND')
    expect(codeOf(engine, 1, { lots: 1_006 })).toBe('INSUFFICIENT_FUNDS')
    expect(codeOf(engine, 1, { limitTicks: 1 })).toBe('MIN_NOTIONAL')
    for (const status of ['halted', 'closed'] as const) {
      engine.apply({ kind: 'market.status', symbol: 'VLNT', status }, START_MS)
      expect(codeOf(engine, 1, { lots: 4 })).toBe(status === 'halted' ? 'MARKET_HALTED' : 'MARKET_CLOSED')
    }
    expect(JSON.stringify([order, engine.account(ANN), engine.levels('VLNT', 'buy')])).toBe(before)
    expect([engine.queueAhead(order), engine.queueAhead(behind)]).toEqual([0, 10])
    expect(engine.drain()).toEqual(NO_EVENTS)
  })

  it('may use the cash and lots that the order itself holds', () => {
    const engine = engineOf(MARKET)
    place(engine, { side: 'buy', lots: 1_004, limitTicks: 9_950 })
    expect(engine.buyingPower(ANN)).toBeLessThan(5_300)
    expect(codeOf(engine, 1, { limitTicks: 9_954 })).toBeUndefined()
    const other = engineOf(MARKET)
    give(other, ANN, 10)
    place(other, { side: 'sell', lots: 9, limitTicks: 10_500 })
    expect(codeOf(other, 1, { lots: 10, limitTicks: 10_400 })).toBeUndefined()
    expect(codeOf(other, 1, { lots: 11 })).toBe('INSUFFICIENT_POSITION')
  })

  it('of a partly filled order may use all the cash that is left, after the fees it has paid', () => {
    const engine = engineOf(MARKET)
    place(engine, { side: 'buy', lots: 1_000, limitTicks: 9_950 })
    engine.house(SHARE.symbol).take('sell', 500, 9_950, START_MS)
    // 49,750.00 and a fee of 9.95 are paid. 500 lots at 100.42 and 5 bps need 50,235.11 of the 50,240.05 left.
    expect(codeOf(engine, 1, { limitTicks: 10_043 })).toBe('INSUFFICIENT_FUNDS')
    expect(codeOf(engine, 1, { limitTicks: 10_042 })).toBeUndefined()
    expect(engine.buyingPower(ANN)).toBe(494)
  })

  it('does not count against the number of open orders', () => {
    const engine = engineOf(MARKET, { openOrdersMax: 1 })
    place(engine, { side: 'buy', lots: 1, limitTicks: 9_950 })
    expect(codeOf(engine, 1, { limitTicks: 9_960 })).toBeUndefined()
  })

  it('that would first meet an order of its own account is refused or cancels that one, as selfTrade says', () => {
    const engine = engineOf(MARKET)
    give(engine, ANN, 10)
    const { order: own } = place(engine, { side: 'sell', lots: 10, limitTicks: 10_050 })
    place(engine, { side: 'buy', lots: 10, limitTicks: 9_950, selfTrade: 'cancel_both' })
    expect(codeOf(engine, 2, { limitTicks: 10_050 })).toBe('SELF_TRADE')
    expect(own.status).toBe('open')
    place(engine, { side: 'buy', lots: 10, limitTicks: 9_950 })
    expect(codeOf(engine, 3, { limitTicks: 10_050 })).toBeUndefined()
    expect(own).toMatchObject({ status: 'canceled', reason: 'self_trade' })
  })
})

describe('an amend of an untriggered order', () => {
  it('arms it again at its new trigger, unless the last trade has reached it', () => {
    const engine = engineOf(MARKET)
    const { order } = place(engine, { type: 'stop', side: 'buy', lots: 10, stopTicks: 10_080 })
    tradeAt(engine, 10_020)
    expect(codeOf(engine, 1, { stopTicks: 10_020 })).toBe('STOP_WOULD_TRIGGER')
    expect(amend(engine, 1, { stopTicks: 10_030 })).toMatchObject({ ok: true, priorityKept: false })
    expect(order).toMatchObject({ status: 'untriggered', priority: 2, heldCents: 105_320 + 53 })
    expect(amend(engine, 1, { lots: 5 })).toMatchObject({ ok: true, priorityKept: true })
    expect(order).toMatchObject({ priority: 2, lots: 5 })
    tradeAt(engine, 10_030)
    expect(order.status).toBe('filled')
  })

  it('of its limit leaves the trigger unchanged, and the other way round', () => {
    const engine = engineOf(MARKET)
    const { order } = place(engine, { type: 'stop_limit', side: 'buy', lots: 5, stopTicks: 10_080, limitTicks: 10_090 })
    expect(codeOf(engine, 1, { limitTicks: 10_000 })).toBeUndefined()
    expect(codeOf(engine, 1, { stopTicks: 10_070 })).toBeUndefined()
    expect(codeOf(engine, 1, { limitTicks: SHARE.maxTicks + 1 })).toBe('PRICE_BAND')
    tradeAt(engine, 10_075)
    expect(order).toMatchObject({ status: 'open', stopTicks: 10_070, limitTicks: 10_000 })
    expect(codeOf(engine, 1, { stopTicks: 10_090 })).toBe('NOT_AMENDABLE')
    expect(codeOf(engine, 1, { limitTicks: 10_600 })).toBe('PRICE_BAND')
    expect(codeOf(engine, 1, { limitTicks: 10_010 })).toBeUndefined()
  })

  it('of a trail keeps the high-water price; one kind of trail replaces the other', () => {
    const engine = engineOf(MARKET)
    give(engine, ANN, 10)
    const { order } = place(engine, { type: 'trailing_stop', side: 'sell', lots: 10, trailTicks: 100 })
    tradeAt(engine, 10_050)
    tradeAt(engine, 10_000)
    expect(codeOf(engine, 1, { trailTicks: 50 })).toBe('STOP_WOULD_TRIGGER')
    expect(codeOf(engine, 1, { trailTicks: 60 })).toBeUndefined()
    expect(order).toMatchObject({ highWaterTicks: 10_050, stopTicks: 9_990 })
    expect(codeOf(engine, 1, { trailBps: 100 })).toBeUndefined()
    expect(order).toMatchObject({ highWaterTicks: 10_050, stopTicks: 9_950, trailTicks: 0, trailBps: 100 })
  })

  it('of a held leg takes effect when the leg becomes active', () => {
    const engine = engineOf(MARKET)
    place(engine, { side: 'buy', lots: 5, limitTicks: 9_950, takeProfit: { limitTicks: 10_500 } })
    expect(codeOf(engine, 2, { limitTicks: SHARE.maxTicks + 1 })).toBe('PRICE_BAND')
    expect(amend(engine, 2, { limitTicks: 10_300 })).toMatchObject({ ok: true, priorityKept: true })
    engine.house('VLNT').take('sell', 5, 9_950, START_MS)
    expect(engine.order(ANN, 2)).toMatchObject({ status: 'open', limitTicks: 10_300 })
    expect(amend(engine, 2, { limitTicks: 10_200 })).toMatchObject({ ok: true, priorityKept: false })
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 5, heldLots: 5 })
  })
})
