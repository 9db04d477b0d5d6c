import { describe, expect, it } from 'vitest'
import type { Engine } from '../engine.ts'
import { ANN, BEN, COIN, engineOf, give, NO_EVENTS, orderOf, SHARE, START_CENTS, START_MS } from '../engine.fixture.ts'

const MARKET = `
  bid | price  | ask
      | 120.00 | 50
      | 101.10 | 40
      | 101.05 | 60
  100 | 101.00 |
   30 | 100.90 |      `

const place = (engine: Engine, fields: Parameters<typeof orderOf>[0]) => engine.apply(orderOf(fields), START_MS)
function rejectionOf(engine: Engine, fields: Parameters<typeof orderOf>[0]) {
  const before = JSON.stringify([engine.account(ANN)?.cashCents, engine.levels('VLNT', 'buy'), engine.openOrders(ANN)])
  const result = place(engine, fields)
  const after = JSON.stringify([engine.account(ANN)?.cashCents, engine.levels('VLNT', 'buy'), engine.openOrders(ANN)])
  if (!result.ok) expect(after).toBe(before)
  expect(engine.account(ANN)?.heldCents).toBe(engine.openOrders(ANN).reduce((sum, order) => sum + order.heldCents, 0))
  return result.ok ? undefined : result.rejection
}

describe('an order is refused', () => {
  it('with MARKET_HALTED while its market is halted; cancels go through', () => {
    const engine = engineOf(MARKET)
    const resting = place(engine, { side: 'buy', lots: 1, limitTicks: 10_000 })
    engine.apply({ kind: 'market.status', symbol: 'VLNT', status: 'halted' }, START_MS)
    expect(rejectionOf(engine, { side: 'buy', lots: 1, limitTicks: 10_000 })).toEqual({ code: 'MARKET_HALTED' })
    const { number } = resting.order
    expect(engine.apply({ kind: 'order.cancel', account: ANN, order: { number } }, START_MS).ok).toBe(true)
    engine.apply({ kind: 'market.status', symbol: 'VLNT', status: 'open' }, START_MS)
    expect(rejectionOf(engine, { side: 'buy', lots: 1, limitTicks: 10_000 })).toBeUndefined()
  })

  it('with MIN_NOTIONAL below the minimum value, at its limit or at the best price', () => {
    const engine = engineOf(`
      bid | price | ask
          |  0.60 | 500
      500 |  0.50 |      `)
    const small = { code: 'MIN_NOTIONAL', minCents: 100 }
    expect(rejectionOf(engine, { side: 'buy', lots: 1, limitTicks: 50 })).toEqual(small)
    expect(rejectionOf(engine, { side: 'buy', lots: 1 })).toEqual(small)
    expect(rejectionOf(engine, { side: 'buy', lots: 2, limitTicks: 50 })).toBeUndefined()
    // A tick of the coin is worth 2 cents per lot.
    const coin = { symbol: COIN.symbol, side: 'buy', lots: 1 } as const
    expect(rejectionOf(engine, { ...coin, limitTicks: 49 })).toEqual(small)
    expect(rejectionOf(engine, { ...coin, limitTicks: 50 })).toBeUndefined()
  })

  it('with MIN_NOTIONAL for all its lots, also those that an amended order has filled', () => {
    const engine = engineOf()
    const { number } = place(engine, { side: 'buy', lots: 4, limitTicks: 50 }).order
    engine.house('VLNT').take('sell', 3, 50, START_MS)
    const amend = (limitTicks: number) =>
      engine.apply({ kind: 'order.amend', account: ANN, order: { number }, limitTicks }, START_MS)
    expect(amend(25)).toMatchObject({ ok: true, order: { limitTicks: 25 } })
    expect(amend(24)).toMatchObject({ ok: false, rejection: { code: 'MIN_NOTIONAL' } })
  })

  it('with MAX_OPEN_ORDERS at the maximum; an order that cannot rest is accepted', () => {
    const engine = engineOf(MARKET, { openOrdersMax: 2 })
    place(engine, { side: 'buy', lots: 1, limitTicks: 10_000 })
    place(engine, { side: 'buy', lots: 1, limitTicks: 10_001 })
    const max = { code: 'MAX_OPEN_ORDERS', max: 2 }
    expect(rejectionOf(engine, { side: 'buy', lots: 1, limitTicks: 10_002 })).toEqual(max)
    expect(place(engine, { side: 'buy', lots: 1 }).ok).toBe(true)
    expect(place(engine, { side: 'buy', lots: 1, limitTicks: 10_000, timeInForce: 'ioc' }).ok).toBe(true)
    expect(place(engine, { account: BEN, side: 'buy', lots: 1, limitTicks: 10_000 }).ok).toBe(true)
  })

  it('with PRICE_BAND beyond the band on the aggressive side only', () => {
    const engine = engineOf(MARKET)
    give(engine, ANN, 100)
    // 5 % around 101.025: 95.97375 to 106.07625.
    const band = { code: 'PRICE_BAND', lowTicks: 9_598, highTicks: 10_607 }
    expect(rejectionOf(engine, { side: 'buy', lots: 1, limitTicks: 10_608 })).toEqual(band)
    expect(rejectionOf(engine, { side: 'sell', lots: 1, limitTicks: 9_597 })).toEqual(band)
    expect(place(engine, { side: 'buy', lots: 1, limitTicks: 1_000 }).ok).toBe(true)
    expect(place(engine, { side: 'sell', lots: 1, limitTicks: SHARE.maxTicks }).ok).toBe(true)
    const high = rejectionOf(engine, { side: 'sell', lots: 1, limitTicks: SHARE.maxTicks + 1 })
    expect(high?.code).toBe('PRICE_BAND')
    expect(place(engine, { side: 'buy', lots: 1, limitTicks: 10_607 }).ok).toBe(true)
  })

  it('with PRICE_BAND around the mark when a side of the book is empty', () => {
    const engine = engineOf(MARKET)
    engine.quantum(START_MS)
    engine.house('VLNT').take('sell', 130, 1, START_MS)
    expect(engine.house('VLNT').bidTicks).toBe(0)
    expect(rejectionOf(engine, { side: 'buy', lots: 1, limitTicks: 10_608 })?.highTicks).toBe(10_607)
  })

  it('without any band before the first mid price', () => {
    const engine = engineOf()
    expect(place(engine, { side: 'buy', lots: 1, limitTicks: 50_000 }).ok).toBe(true)
  })

  it('with POST_ONLY_WOULD_CROSS and the best price when it would trade at once', () => {
    const engine = engineOf(MARKET)
    const crossing = rejectionOf(engine, { side: 'buy', lots: 1, limitTicks: 10_105, postOnly: true })
    expect(crossing).toEqual({ code: 'POST_ONLY_WOULD_CROSS', bestTicks: 10_105 })
    expect(rejectionOf(engine, { side: 'buy', lots: 1, limitTicks: 10_104, postOnly: true })).toBeUndefined()
  })

  it('with NO_LIQUIDITY when there is nothing inside the band for a market order', () => {
    const engine = engineOf(`
      bid | price  | ask
          | 120.00 | 50
      100 | 101.00 |      `)
    expect(rejectionOf(engine, { side: 'buy', lots: 1 })).toEqual({ code: 'NO_LIQUIDITY' })
    expect(rejectionOf(engineOf(), { side: 'buy', lots: 1 })).toEqual({ code: 'NO_LIQUIDITY' })
  })

  it('with INSUFFICIENT_FUNDS when a market order would cost more, counting the cents of a tick', () => {
    const engine = engineOf()
    engine.house(COIN.symbol).place('sell', 10_000, 600, 0)
    // 500 lots cost 100,000.00, and a fee of 10 bps.
    const order = { symbol: COIN.symbol, side: 'buy' } as const
    expect(rejectionOf(engine, { ...order, lots: 500 })).toMatchObject({ code: 'INSUFFICIENT_FUNDS', requiredCents: 10_010_000 }) // prettier-ignore
    expect(place(engine, { ...order, lots: 499 })).toMatchObject({ ok: true, order: { filledLots: 499 } })
  })

  it('with NO_LIQUIDITY when a market order would only meet orders of its own account, which stay', () => {
    const engine = engineOf('100 | 101.00 |')
    give(engine, ANN, 10)
    place(engine, { side: 'sell', lots: 10, limitTicks: 10_200 })
    expect(rejectionOf(engine, { side: 'buy', lots: 1 })).toEqual({ code: 'NO_LIQUIDITY' })
    expect(engine.openOrders(ANN)).toHaveLength(1)
  })

  it('with SELF_TRADE when an order of its own account comes first and selfTrade cancels the taker', () => {
    const engine = engineOf(MARKET)
    give(engine, ANN, 10)
    place(engine, { side: 'sell', lots: 10, limitTicks: 10_104 })
    const fields = { side: 'buy', lots: 5, limitTicks: 10_110, selfTrade: 'cancel_taker' } as const
    expect(rejectionOf(engine, fields)).toEqual({ code: 'SELF_TRADE' })
    expect(engine.openOrders(ANN)).toHaveLength(1)
  })

  it('with FOK_NOT_FILLABLE and the fillable quantity when not all of it can fill at its limit', () => {
    const engine = engineOf(MARKET)
    const fields = { side: 'buy', lots: 101, limitTicks: 10_110, timeInForce: 'fok' } as const
    expect(rejectionOf(engine, fields)).toEqual({ code: 'FOK_NOT_FILLABLE', fillableLots: 100 })
    expect(rejectionOf(engine, { ...fields, limitTicks: 10_105 })?.fillableLots).toBe(60)
    expect(rejectionOf(engine, { side: 'buy', lots: 101, timeInForce: 'fok' })?.fillableLots).toBe(100)
    expect(place(engine, { ...fields, lots: 100 })).toMatchObject({ ok: true, order: { status: 'filled' } })
  })

  it('with FOK_NOT_FILLABLE when it would need resting orders of its own account', () => {
    const engine = engineOf(MARKET)
    give(engine, ANN, 10)
    place(engine, { side: 'sell', lots: 10, limitTicks: 10_105 })
    const fields = { side: 'buy', lots: 110, limitTicks: 10_110, timeInForce: 'fok' } as const
    expect(rejectionOf(engine, fields)?.fillableLots).toBe(100)
    expect(rejectionOf(engine, { ...fields, selfTrade: 'cancel_taker' })?.fillableLots).toBe(60)
  })

  it('with INSUFFICIENT_POSITION when it sells more than the free part of the position', () => {
    const engine = engineOf(MARKET)
    const required = { code: 'INSUFFICIENT_POSITION', requiredLots: 6 }
    expect(rejectionOf(engine, { side: 'sell', lots: 6 })).toEqual({ ...required, availableLots: 0 })
    give(engine, ANN, 10)
    place(engine, { side: 'sell', lots: 5, limitTicks: 10_300 })
    expect(rejectionOf(engine, { side: 'sell', lots: 6, limitTicks: 10_300 })).toEqual({
      ...required,
      availableLots: 5,
    })
    expect(place(engine, { side: 'sell', lots: 5 }).ok).toBe(true)
  })

  it('with INSUFFICIENT_FUNDS when its whole hold, fee included, exceeds buying power', () => {
    const engine = engineOf(MARKET)
    // 990 × 101.00 = 99,990.00 and 5 bps of it, 49.995, rounded up.
    const rejection = rejectionOf(engine, { side: 'buy', lots: 990, limitTicks: 10_100 })
    expect(rejection).toEqual({ code: 'INSUFFICIENT_FUNDS', requiredCents: 100_040_00, availableCents: START_CENTS })
    expect(rejectionOf(engine, { side: 'buy', lots: 989, limitTicks: 10_100 })).toBeUndefined()
    expect(engine.buyingPower(ANN)).toBe(START_CENTS - 9_988_900 - 4_995)
  })

  it('with INSUFFICIENT_FUNDS when a market buy would cost more, priced by walking the book', () => {
    const drawing = `
      bid | price  | ask
          | 102.00 | 9000
          | 101.10 | 500
          | 101.05 | 400
      100 | 101.00 |      `
    const engine = engineOf(drawing)
    // 400 × 101.05 + 500 × 101.10 + 90 × 102.00 = 100,150.00, and a fee of 50.08.
    const rejection = rejectionOf(engine, { side: 'buy', lots: 990 })
    expect(rejection).toEqual({ code: 'INSUFFICIENT_FUNDS', requiredCents: 100_200_08, availableCents: START_CENTS })
    expect(place(engine, { side: 'buy', lots: 980 }).ok).toBe(true)
  })

  it('for the first reason that applies', () => {
    const engine = engineOf(MARKET, { openOrdersMax: 0 })
    engine.apply({ kind: 'market.status', symbol: 'VLNT', status: 'halted' }, START_MS)
    const fields = { side: 'sell', lots: 999, limitTicks: 1, postOnly: true } as const
    expect(rejectionOf(engine, fields)?.code).toBe('MARKET_HALTED')
    engine.apply({ kind: 'market.status', symbol: 'VLNT', status: 'open' }, START_MS)
    expect(rejectionOf(engine, { ...fields, lots: 1 })?.code).toBe('MIN_NOTIONAL')
    expect(rejectionOf(engine, fields)?.code).toBe('MAX_OPEN_ORDERS')
    const roomy = engineOf(MARKET)
    expect(rejectionOf(roomy, fields)?.code).toBe('PRICE_BAND')
    expect(rejectionOf(roomy, { ...fields, limitTicks: 10_000 })?.code).toBe('POST_ONLY_WOULD_CROSS')
  })

  it('but uses up its number and is reported', () => {
    const engine = engineOf()
    const result = place(engine, { side: 'buy', lots: 1 })
    expect(result.order).toMatchObject({ number: 1, status: 'rejected', rejectCode: 'NO_LIQUIDITY', priority: 0 })
    expect(engine.drain()).toMatchObject({ ...NO_EVENTS, orders: [{}], accounts: [{}] })
    expect(engine.account(ANN)).toMatchObject({ orderNumber: 1, seq: 2, heldCents: 0 })
  })
})
