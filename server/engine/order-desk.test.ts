import { describe, expect, it } from 'vitest'
import { ANN, BEN, COIN, engineOf, give, NO_EVENTS, orderOf, START_CENTS, START_MS } from './engine.fixture.ts'
import type { Engine } from './engine.ts'

const MARKET = `
  bid | price  | ask
      | 120.00 | 50
      | 101.10 | 40
      | 101.05 | 60
  100 | 101.00 |
   30 | 100.90 |      `

function place(engine: Engine, fields: Parameters<typeof orderOf>[0]) {
  const result = engine.apply(orderOf(fields), START_MS)
  if (!result.ok) throw new Error(result.rejection.code)
  return result
}

describe('a limit order', () => {
  it('that does not cross rests, and holds its value and the taker fee', () => {
    const engine = engineOf(MARKET)
    const { order, fills } = place(engine, { side: 'buy', lots: 10, limitTicks: 10_000 })
    expect(fills).toEqual([])
    expect(order).toMatchObject({ status: 'open', heldCents: 100_050, priority: 1, arrivalMidHalfTicks: 20_205 })
    expect(engine.buyingPower(ANN)).toBe(START_CENTS - 100_050)
    expect(engine.levels('VLNT', 'buy', 3)).toEqual([[10_100, 100], [10_090, 30], [10_000, 10]]) // prettier-ignore
  })

  it('post-only holds the maker fee', () => {
    const engine = engineOf(MARKET)
    expect(place(engine, { side: 'buy', lots: 10, limitTicks: 10_000, postOnly: true }).order.heldCents).toBe(100_020)
  })

  it('in an instrument whose tick is worth 2 cents per lot holds that, and the fee on it', () => {
    const engine = engineOf(MARKET)
    engine.house(COIN.symbol).place('buy', 10_000, 1, 0)
    const { order } = place(engine, { symbol: COIN.symbol, side: 'buy', lots: 10, limitTicks: 10_000 })
    expect(order.heldCents).toBe(200_200)
  })

  it('to sell holds lots, not cash', () => {
    const engine = engineOf(MARKET)
    give(engine, ANN, 10)
    const { order } = place(engine, { side: 'sell', lots: 4, limitTicks: 10_200 })
    expect([order.heldCents, engine.account(ANN)?.heldCents, engine.position(ANN, 'VLNT')?.heldLots]).toEqual([0, 0, 4])
  })

  it('that crosses fills at the prices of the book, best first, and its rest is added', () => {
    const engine = engineOf(MARKET)
    const { order, fills } = place(engine, { side: 'buy', lots: 130, limitTicks: 10_110 })
    expect(fills.map(({ ticks, lots, liquidity }) => [ticks, lots, liquidity])).toEqual([
      [10_105, 60, 'taker'],
      [10_110, 40, 'taker'],
    ])
    expect(order).toMatchObject({ status: 'partially_filled', filledLots: 100, filledTickLots: 1_010_700 })
    expect(engine.levels('VLNT', 'buy', 1)).toEqual([[10_110, 30]])
  })

  it('ioc without a match is canceled, not rejected', () => {
    const engine = engineOf(MARKET)
    const { order } = place(engine, { side: 'buy', lots: 5, limitTicks: 10_000, timeInForce: 'ioc' })
    expect(order).toMatchObject({ status: 'canceled', reason: 'ioc_remainder', filledLots: 0, heldCents: 0 })
    expect(engine.openOrders(ANN)).toEqual([])
  })

  it('ioc fills what it can; the rest is canceled', () => {
    const engine = engineOf(MARKET)
    const { order } = place(engine, { side: 'buy', lots: 70, limitTicks: 10_105, timeInForce: 'ioc' })
    expect(order).toMatchObject({ status: 'canceled', reason: 'ioc_remainder', filledLots: 60 })
  })

  it('is filled before a later one at the same price', () => {
    const engine = engineOf()
    const anns = place(engine, { side: 'buy', lots: 10, limitTicks: 10_000 }).order
    const bens = place(engine, { account: BEN, side: 'buy', lots: 10, limitTicks: 10_000 }).order
    expect([engine.queueAhead(anns), engine.queueAhead(bens)]).toEqual([0, 10])
    expect(anns.priority).toBeLessThan(bens.priority)
    engine.house('VLNT').take('sell', 12, 10_000, START_MS)
    expect([anns.status, bens.status, bens.filledLots]).toEqual(['filled', 'partially_filled', 2])
    expect([engine.queueAhead(anns), engine.queueAhead(bens)]).toEqual([undefined, 0])
  })
})

describe('a market order', () => {
  it('trades only at prices inside the band; the rest is canceled', () => {
    const engine = engineOf(MARKET)
    const { order } = place(engine, { side: 'buy', lots: 150 })
    expect(order).toMatchObject({ status: 'canceled', reason: 'no_liquidity', filledLots: 100, limitTicks: 0 })
    expect(engine.levels('VLNT', 'sell')).toEqual([[12_000, 50]])
  })

  it('that fills completely is filled and holds nothing', () => {
    const engine = engineOf(MARKET)
    const { order } = place(engine, { side: 'buy', lots: 60 })
    expect(order).toMatchObject({ status: 'filled', closedAtMs: START_MS, heldCents: 0 })
    expect(engine.account(ANN)?.heldCents).toBe(0)
  })
})

describe('an order that meets one of its own account', () => {
  const engineWithOwn = () => {
    const engine = engineOf(MARKET)
    give(engine, ANN, 50)
    const own = place(engine, { side: 'sell', lots: 50, limitTicks: 10_107 }).order
    return { engine, own }
  }

  it('with cancel_maker cancels it and continues', () => {
    const { engine, own } = engineWithOwn()
    const { order } = place(engine, { side: 'buy', lots: 90, limitTicks: 10_110, selfTrade: 'cancel_maker' })
    expect(order).toMatchObject({ status: 'filled', filledLots: 90 })
    expect(own).toMatchObject({ status: 'canceled', reason: 'self_trade', filledLots: 0 })
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 140, heldLots: 0 })
  })

  it('with cancel_taker is canceled at that point', () => {
    const { engine, own } = engineWithOwn()
    const { order } = place(engine, { side: 'buy', lots: 90, limitTicks: 10_110, selfTrade: 'cancel_taker' })
    expect(order).toMatchObject({ status: 'canceled', reason: 'self_trade', filledLots: 60 })
    expect([own.status, engine.position(ANN, 'VLNT')?.heldLots]).toEqual(['open', 50])
  })

  it('with cancel_both is canceled together with it', () => {
    const { engine, own } = engineWithOwn()
    const { order } = place(engine, { side: 'buy', lots: 90, limitTicks: 10_110, selfTrade: 'cancel_both' })
    expect(order).toMatchObject({ status: 'canceled', reason: 'self_trade', filledLots: 60 })
    expect(own).toMatchObject({ status: 'canceled', reason: 'self_trade' })
    expect(engine.openOrders(ANN)).toEqual([])
  })

  it('before any fill is rejected; with cancel_both the resting one is still canceled', () => {
    const engine = engineOf(MARKET)
    give(engine, ANN, 50)
    const own = place(engine, { side: 'sell', lots: 50, limitTicks: 10_102 }).order
    const result = engine.apply(orderOf({ side: 'buy', lots: 5, selfTrade: 'cancel_both' }), START_MS)
    expect(result).toMatchObject({ ok: false, rejection: { code: 'SELF_TRADE' }, order: { status: 'rejected' } })
    expect(own).toMatchObject({ status: 'canceled', reason: 'self_trade' })
    expect(engine.position(ANN, 'VLNT')?.heldLots).toBe(0)
  })
})

describe('a cancel', () => {
  it('removes the order and releases its hold', () => {
    const engine = engineOf(MARKET)
    const { order } = place(engine, { side: 'buy', lots: 10, limitTicks: 10_100, clientOrderId: 'mine' })
    engine.drain()
    const result = engine.apply({ kind: 'order.cancel', account: ANN, order: { clientOrderId: 'mine' } }, START_MS + 5)
    expect(result).toEqual({ kind: 'order.cancel', ok: true, order })
    expect(order).toMatchObject({ status: 'canceled', reason: 'user', closedAtMs: START_MS + 5, version: 2 })
    expect([engine.buyingPower(ANN), engine.levels('VLNT', 'buy', 1)]).toEqual([START_CENTS, [[10_100, 100]]])
    expect(engine.drain()).toMatchObject({ ...NO_EVENTS, orders: [{}], accounts: [{}] })
  })

  it('of an order that is not open returns NOT_FOUND and changes nothing', () => {
    const engine = engineOf(MARKET)
    const { number } = place(engine, { side: 'buy', lots: 1 }).order
    engine.drain()
    const unknown = { kind: 'order.cancel', ok: false, code: 'NOT_FOUND' }
    for (const order of [{ number }, { number: 99 }, { clientOrderId: 'no-such' }]) {
      expect(engine.apply({ kind: 'order.cancel', account: ANN, order }, START_MS)).toEqual(unknown)
    }
    expect(engine.apply({ kind: 'order.cancel', account: BEN, order: { number } }, START_MS)).toEqual(unknown)
    expect(engine.drain()).toEqual(NO_EVENTS)
  })

  it('of all orders can be limited to a symbol and a side, and is one operation', () => {
    const engine = engineOf(MARKET)
    give(engine, ANN, 5)
    const first = place(engine, { side: 'buy', lots: 1, limitTicks: 10_000 }).order
    const sale = place(engine, { side: 'sell', lots: 5, limitTicks: 10_300 }).order
    const coin = place(engine, { side: 'buy', lots: 1, limitTicks: 9_000, symbol: 'VCN-USD' }).order
    const second = place(engine, { side: 'buy', lots: 1, limitTicks: 10_001 }).order
    engine.drain()
    const seq = engine.account(ANN)?.seq ?? 0
    const all = { kind: 'order.cancelAll', account: ANN } as const
    expect(engine.apply({ ...all, symbol: 'VLNT', side: 'buy' }, START_MS).orders).toEqual([first, second])
    expect(engine.account(ANN)?.seq).toBe(seq + 1)
    expect(engine.drain().accounts).toHaveLength(1)
    expect(engine.apply(all, START_MS).orders).toEqual([sale, coin])
    expect(engine.account(ANN)).toMatchObject({ heldCents: 0, cashCents: START_CENTS })
    expect(first.reason).toBe('cancel_all')
    expect(engine.apply(all, START_MS).orders).toEqual([])
    expect(engine.account(ANN)?.seq).toBe(seq + 2)
  })
})

describe('a malformed command', () => {
  it('is a defect of the caller', () => {
    const engine = engineOf(MARKET)
    const lots = 'lots from 1 to the largest order'
    const requests = [
      [{ side: 'buy', lots: 0, limitTicks: 10_000 }, lots],
      [{ side: 'buy', lots: 1.5, limitTicks: 10_000 }, lots],
      [{ side: 'buy', lots: 1_000_001, limitTicks: 1 }, lots],
      [{ side: 'buy', lots: 1, limitTicks: 0, type: 'limit' }, 'a limit in ticks'],
      [{ side: 'buy', lots: 1, timeInForce: 'gtc' }, 'a market order is ioc or fok'],
      [{ side: 'buy', lots: 1, symbol: 'NONE', limitTicks: 1 }, 'a known symbol'],
      [{ side: 'buy', lots: 1, account: 77, limitTicks: 1 }, 'a known account'],
      [{ side: 'buy', lots: 1, limitTicks: 10_000, postOnly: true, timeInForce: 'ioc' }, 'a limit order that may rest'],
    ] as const
    for (const [fields, why] of requests) expect(() => engine.apply(orderOf(fields), START_MS)).toThrow(why)
  })
})
