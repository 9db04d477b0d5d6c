import { describe, expect, it } from 'vitest'
import type { Engine } from '../engine.ts'
import { ANN, BEN, engineOf, give, place, refusalOf, START_MS, tradeAt } from '../engine.fixture.ts'
import { toMargin } from './margin.fixture.ts'

const MARKET = `
  bid | price  | ask
      | 101.00 | 900
  900 |  99.00 |      `

/** Ann has a margin account with a long position of `lots`. */
function engineHolding(lots: number): Engine {
  const engine = engineOf(MARKET)
  toMargin(engine, ANN)
  engine.quantum(START_MS)
  place(engine, { side: 'buy', lots })
  engine.drain()
  return engine
}
const reducing = { side: 'sell', reduceOnly: true } as const

describe('a reduce-only order', () => {
  it('of a cash account sells only free lots and buys nothing', () => {
    const engine = engineOf(MARKET)
    give(engine, ANN, 10)
    place(engine, { side: 'sell', lots: 4, limitTicks: 10_200 })
    const tooMany = { code: 'REDUCE_ONLY_WOULD_INCREASE', maxLots: 6 }
    expect(refusalOf(engine, { ...reducing, lots: 7, limitTicks: 10_200 })).toEqual(tooMany)
    expect(refusalOf(engine, { side: 'buy', reduceOnly: true, lots: 1, limitTicks: 9_900 })).toEqual({ ...tooMany, maxLots: 0 }) // prettier-ignore
    place(engine, { ...reducing, lots: 6, limitTicks: 10_200 })
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 10, heldLots: 10 })
  })

  it('of a margin account holds the lots it reduces; other orders hold none', () => {
    const engine = engineHolding(10)
    place(engine, { side: 'sell', lots: 8, limitTicks: 10_200 })
    expect(engine.position(ANN, 'VLNT')?.heldLots).toBe(0)
    const { order } = place(engine, { ...reducing, lots: 8, limitTicks: 10_200 })
    expect([order.heldCents, engine.position(ANN, 'VLNT')?.heldLots]).toEqual([0, 8])
    const tooMany = { code: 'REDUCE_ONLY_WOULD_INCREASE', maxLots: 2 }
    expect(refusalOf(engine, { ...reducing, lots: 3 })).toEqual(tooMany)
    expect(refusalOf(engine, { ...reducing, side: 'buy', lots: 1 })).toEqual({ ...tooMany, maxLots: 0 })
  })

  it('has no minimum value', () => {
    const engine = engineOf('900 | 0.50 |')
    give(engine, ANN, 1)
    expect(refusalOf(engine, { side: 'sell', lots: 1 })?.code).toBe('MIN_NOTIONAL')
    place(engine, { ...reducing, lots: 1 })
  })

  it('is reduced when the position becomes smaller, the newest first', () => {
    const engine = engineHolding(10)
    const old = place(engine, { ...reducing, lots: 4, limitTicks: 10_200 }).order
    const waiting = place(engine, { ...reducing, type: 'stop', lots: 3, stopTicks: 9_500 }).order
    const newest = place(engine, { ...reducing, lots: 2, limitTicks: 10_300 }).order
    engine.drain()
    place(engine, { side: 'sell', lots: 4 })
    expect(newest).toMatchObject({ status: 'canceled', reason: 'reduce_only', lots: 2 })
    expect(waiting).toMatchObject({ status: 'untriggered', lots: 2 })
    expect(old).toMatchObject({ status: 'open', lots: 4 })
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 6, heldLots: 6 })
    place(engine, { side: 'sell', lots: 3 })
    expect([waiting.status, old.lots]).toEqual(['canceled', 3])
    expect(engine.levels('VLNT', 'sell', 2)).toEqual([[10_100, 890], [10_200, 3]]) // prettier-ignore
  })

  it('is reduced at once, even if a consequence of the same fill makes the position larger again', () => {
    const engine = engineHolding(10)
    const stop = place(engine, { ...reducing, type: 'stop', lots: 10, stopTicks: 9_500 }).order
    place(engine, { side: 'sell', lots: 2, limitTicks: 10_050 })
    place(engine, { side: 'buy', lots: 2, limitTicks: 9_950 })
    // Ben buys Ann's two lots, and his take profit sells them back to her.
    const bens = { account: BEN, side: 'buy', lots: 2, limitTicks: 10_050, takeProfit: { limitTicks: 9_950 } } as const
    place(engine, bens)
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 10, heldLots: 8 })
    expect(stop).toMatchObject({ status: 'untriggered', lots: 8 })
  })

  it('is canceled when the position reverses', () => {
    const engine = engineHolding(10)
    const { order } = place(engine, { ...reducing, lots: 4, limitTicks: 10_200 })
    place(engine, { side: 'sell', lots: 30 })
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: -20, heldLots: 0 })
    expect(order).toMatchObject({ status: 'canceled', reason: 'reduce_only', filledLots: 0 })
  })

  it('and its sibling are reduced to the same quantity', () => {
    const engine = engineHolding(10)
    const exits = { takeProfit: { limitTicks: 10_300 }, stopLoss: { stopTicks: 9_500 } }
    engine.apply({ kind: 'position.protect', account: ANN, symbol: 'VLNT', source: 'web', ...exits }, START_MS)
    place(engine, { side: 'sell', lots: 7 })
    expect(engine.openOrders(ANN)).toMatchObject([{ lots: 3 }, { lots: 3 }])
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 3, heldLots: 3 })
  })

  it('never fills beyond the position, even when one sweep meets it and another sell of the account', () => {
    const engine = engineHolding(10)
    place(engine, { side: 'sell', lots: 8, limitTicks: 10_050 })
    const { order } = place(engine, { ...reducing, lots: 10, limitTicks: 10_060 })
    const { order: bens } = place(engine, { account: BEN, side: 'buy', lots: 20, limitTicks: 10_060 })
    expect(order).toMatchObject({ status: 'filled', lots: 2, filledLots: 2 })
    expect(bens).toMatchObject({ status: 'partially_filled', filledLots: 10 })
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 0, heldLots: 0 })
  })

  it('is removed from the book before a sweep reaches it when nothing is left to reduce', () => {
    const engine = engineHolding(10)
    place(engine, { side: 'sell', lots: 15, limitTicks: 10_050 })
    const { order } = place(engine, { ...reducing, lots: 10, limitTicks: 10_060 })
    engine.house('VLNT').take('buy', 40, 10_060, START_MS)
    expect(order).toMatchObject({ status: 'canceled', reason: 'reduce_only', filledLots: 0, lots: 10 })
    expect(engine.position(ANN, 'VLNT')?.lots).toBe(-5)
  })

  it('is taken into account, as reduced, by orders that are priced in advance', () => {
    const engine = engineHolding(10)
    place(engine, { side: 'sell', lots: 8, limitTicks: 10_050 })
    place(engine, { ...reducing, lots: 10, limitTicks: 10_060 })
    const fields = { account: BEN, side: 'buy', limitTicks: 10_060, timeInForce: 'fok' } as const
    expect(refusalOf(engine, { ...fields, lots: 11 })).toEqual({ code: 'FOK_NOT_FILLABLE', fillableLots: 10 })
    // 8 × 100.50 and 2 × 100.60, then 101.00.
    const cents = 8 * 10_050 + 2 * 10_060 + 5 * 10_100
    const { order } = place(engine, { account: BEN, side: 'buy', lots: 0, notionalCents: cents + 76 })
    expect(order).toMatchObject({ status: 'filled', lots: 15, filledTickLots: cents })
  })

  it('triggers for its remaining lots', () => {
    const engine = engineHolding(10)
    const { order } = place(engine, { ...reducing, type: 'stop', lots: 10, stopTicks: 9_950 })
    place(engine, { side: 'sell', lots: 6 })
    expect(order).toMatchObject({ status: 'filled', lots: 4 })
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 0, heldLots: 0 })
    tradeAt(engine, 9_950)
  })
})
