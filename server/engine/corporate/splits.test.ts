import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { PlaceOrder } from '../command.ts'
import { OUTSIDE } from '../command.ts'
import type { Engine } from '../engine.ts'
import { marginEngineOf } from '../risk/margin.fixture.ts'
import { ANN, BEN, engineOf, give, orderOf, SHARE, START_CENTS, START_MS } from '../engine.fixture.ts'

const STOP = { type: 'stop', timeInForce: 'gtc', limitTicks: 0 } as const
const place = (engine: Engine, fields: Partial<PlaceOrder> & Pick<PlaceOrder, 'side' | 'lots'>) =>
  engine.apply(orderOf(fields), START_MS).order
const split = (engine: Engine, numerator: number, denominator: number, maxTicks = SHARE.maxTicks) =>
  engine.apply({ kind: 'corporate.split', symbol: 'VLNT', numerator, denominator, maxTicks }, START_MS)

/** An engine with a margin account of Ann's, a mark of 100.00, and an empty book. */
function emptied(): Engine {
  const engine = marginEngineOf(`
    bid | price  | ask
        | 100.10 | 1
     1  |  99.90 |   `)
  engine.house('VLNT').take('buy', 1, 10_010, START_MS)
  engine.house('VLNT').take('sell', 1, 9_990, START_MS)
  engine.drain()
  return engine
}

describe('a split', () => {
  it('multiplies the lots of each position and lowers prices accordingly', () => {
    const engine = emptied()
    give(engine, ANN, 10)
    give(engine, BEN, 7)
    const { equityCents } = engine.marginFigures(ANN)
    split(engine, 3, 2)
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 15, costCents: 1_000, realizedCents: 0 })
    // Seven become ten and a half: the half lot is worth 33.33, and cost 0.33 of 7.00.
    expect(engine.position(BEN, 'VLNT')).toMatchObject({ lots: 10, costCents: 667, realizedCents: 3_333 - 33 })
    expect(engine.account(BEN)).toMatchObject({ cashCents: START_CENTS + 3_333, realizedCents: 3_300 })
    const { entries, accounts, positions } = engine.drain()
    expect(
      entries.map(({ account, counter, kind, asset, amount, balanceAfter, note }) => [
        ...[account, counter, kind, asset, amount, balanceAfter, note],
      ]),
    ).toEqual([
      [ANN, OUTSIDE, 'split', 'VLNT', 5, 15, '3-for-2 split of VLNT'],
      [BEN, OUTSIDE, 'split', 'VLNT', 3, 10, '3-for-2 split of VLNT'],
      [BEN, OUTSIDE, 'split', 'USD', 3_333, START_CENTS + 3_333, '3-for-2 split of VLNT, fraction in cash'],
    ])
    expect(accounts[0]?.cause).toBe('corporate_action')
    expect(positions).toHaveLength(2)
    expect(engine.markMicroTicks('VLNT')).toBe(6_666_666_667)
    expect(engine.lastTicks('VLNT')).toBe(6_660)
    expect(engine.marginFigures(ANN).equityCents).toBe(equityCents)
  })

  it('in reverse leaves fewer lots, possibly none; a short pays for its fraction', () => {
    const engine = emptied()
    give(engine, ANN, -25)
    give(engine, BEN, 9)
    split(engine, 1, 10)
    // Two and a half lots: the half is worth 500.00 and had brought 5.00.
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: -2, costCents: -2_000, realizedCents: 500 - 50_000 })
    expect(engine.account(ANN)?.cashCents).toBe(START_CENTS - 50_000)
    expect(engine.position(BEN, 'VLNT')).toMatchObject({ lots: 0, costCents: 0, realizedCents: 90_000 - 900 })
    expect(engine.account(BEN)?.cashCents).toBe(START_CENTS + 90_000)
    expect(engine.markMicroTicks('VLNT')).toBe(100_000_000_000)
    expect(engine.lastTicks('VLNT')).toBe(99_900)
  })

  it('pays a fraction half up, and leaves no price below a tick', () => {
    const engine = marginEngineOf(`
      bid | price  | ask
          | 100.01 | 1
       1  | 100.00 |   `)
    engine.house('VLNT').take('buy', 1, 10_001, START_MS)
    engine.house('VLNT').take('sell', 1, 10_000, START_MS)
    engine.restore.lastTrade('VLNT', 1)
    give(engine, BEN, 1)
    split(engine, 1, 2)
    // Half a new lot is the old one: worth 100.005.
    expect(engine.account(BEN)?.cashCents).toBe(START_CENTS + 10_001)
    expect([engine.markMicroTicks('VLNT'), engine.lastTicks('VLNT')]).toEqual([20_001_000_000, 2])
    split(engine, 5, 1)
    expect([engine.markMicroTicks('VLNT'), engine.lastTicks('VLNT')]).toEqual([4_000_200_000, 1])
  })

  it('needs a book without orders of the house', () => {
    const engine = emptied()
    engine.house('VLNT').place('buy', 9_000, 1, 0)
    expect(() => split(engine, 2, 1)).toThrow('without orders of the house')
  })
})

describe('on a split, open orders', () => {
  it('get more lots at lower prices, and keep their places', () => {
    const engine = emptied()
    give(engine, ANN, 100)
    const buy = place(engine, { side: 'buy', lots: 10, limitTicks: 9_901 })
    const behind = place(engine, { account: BEN, side: 'buy', lots: 5, limitTicks: 9_900 })
    const sale = place(engine, { side: 'sell', lots: 10, limitTicks: 10_101 })
    engine.drain()
    split(engine, 2, 1)
    // 49.505 rounded down, 50.505 rounded up: both buys are at 49.50 now.
    expect(buy).toMatchObject({ lots: 20, limitTicks: 4_950, version: 2, status: 'open' })
    expect(behind).toMatchObject({ lots: 10, limitTicks: 4_950, heldCents: 49_500 + 25 })
    expect(sale).toMatchObject({ lots: 20, limitTicks: 5_051 })
    expect([engine.levels('VLNT', 'buy'), engine.levels('VLNT', 'sell')]).toEqual([[[4_950, 30]], [[5_051, 20]]])
    expect([engine.queueAhead(buy), engine.queueAhead(behind)]).toEqual([0, 20])
    const { orders } = engine.drain()
    expect(orders).toEqual([buy, behind, sale])
    // 200 lots and 20 more at 50.00, at an initial margin of half.
    expect(engine.marginFigures(ANN).marginUsedCents).toBe(550_000)
  })

  it('that are partly filled keep their filled quantity', () => {
    const engine = emptied()
    const buy = place(engine, { side: 'buy', lots: 10, limitTicks: 9_900 })
    engine.house('VLNT').take('sell', 3, 9_900, START_MS)
    split(engine, 3, 2)
    // Seven remaining lots become ten and a half.
    expect(buy).toMatchObject({ lots: 13, filledLots: 3, filledTickLots: 29_700, limitTicks: 6_600 })
    expect(engine.levels('VLNT', 'buy')).toEqual([[6_600, 10]])
    expect(engine.position(ANN, 'VLNT')?.lots).toBe(4)
  })

  it('hold no more than before, in cash and in lots', () => {
    const engine = engineOf()
    give(engine, BEN, 7)
    place(engine, { account: BEN, side: 'sell', lots: 3, limitTicks: 10_000 })
    place(engine, { account: BEN, side: 'sell', lots: 4, limitTicks: 10_000 })
    place(engine, { side: 'buy', lots: 999, limitTicks: 9_999 })
    const before = engine.account(ANN)!.heldCents
    split(engine, 3, 2)
    expect(engine.position(BEN, 'VLNT')).toMatchObject({ lots: 10, heldLots: 4 + 6 })
    expect(engine.account(ANN)!.heldCents).toBeLessThanOrEqual(before)
    expect(engine.drain().orders).toHaveLength(6)
  })

  it('that are untriggered wait at the new prices, with the new trail', () => {
    const engine = emptied()
    give(engine, ANN, 100)
    const stop = place(engine, { side: 'sell', lots: 4, ...STOP, stopTicks: 9_001 })
    const trailing = place(engine, { side: 'sell', lots: 4, ...STOP, type: 'trailing_stop', trailTicks: 301 })
    expect(trailing).toMatchObject({ highWaterTicks: 9_990, stopTicks: 9_689 })
    split(engine, 2, 1)
    expect(stop).toMatchObject({ stopTicks: 4_501, lots: 8, status: 'untriggered' })
    expect(trailing).toMatchObject({ highWaterTicks: 4_995, trailTicks: 150, stopTicks: 4_845, lots: 8 })
    engine.house('VLNT').place('buy', 4_845, 100, 0)
    engine.house('VLNT').take('sell', 1, 4_845, START_MS)
    expect([stop.status, trailing.status]).toEqual(['untriggered', 'filled'])
  })

  it('that trail by less than a tick would, trail by one', () => {
    const engine = emptied()
    give(engine, ANN, 100)
    const trailing = place(engine, { side: 'sell', lots: 4, ...STOP, type: 'trailing_stop', trailTicks: 1 })
    split(engine, 2, 1)
    expect(trailing).toMatchObject({ highWaterTicks: 4_995, trailTicks: 1, stopTicks: 4_994, status: 'untriggered' })
  })

  it('that end take their held legs with them, each told once', () => {
    const engine = emptied()
    const exits = { takeProfit: { limitTicks: 12_000 }, stopLoss: { stopTicks: 9_000 } }
    place(engine, { side: 'buy', lots: 1, limitTicks: 9_900, ...exits })
    engine.drain()
    split(engine, 1, 2)
    expect(engine.openOrders(ANN)).toEqual([])
    expect(engine.drain().orders.map(({ number, status, version }) => [number, status, version])).toEqual([
      [2, 'canceled', 2],
      [3, 'canceled', 2],
      [1, 'canceled', 2],
    ])
  })

  it('with nothing left, or without a price, are canceled', () => {
    const engine = emptied()
    give(engine, ANN, 100)
    const small = place(engine, { side: 'buy', lots: 1, limitTicks: 9_900 })
    const high = place(engine, { side: 'sell', lots: 10, limitTicks: 60_000 })
    split(engine, 1, 2)
    for (const order of [small, high]) expect(order).toMatchObject({ status: 'canceled', reason: 'admin' })
    const low = place(engine, { side: 'buy', lots: 100, limitTicks: 1 })
    split(engine, 2, 1)
    expect(low).toMatchObject({ status: 'canceled', reason: 'admin', limitTicks: 1 })
    expect(engine.account(ANN)?.heldCents).toBe(0)
  })

  it('that would have more lots than a book can hold are canceled', () => {
    const engine = emptied()
    give(engine, ANN, 1_000_000)
    const sale = place(engine, { side: 'sell', lots: 999_999, limitTicks: 60_000 })
    const stop = place(engine, { side: 'sell', lots: 1, ...STOP, stopTicks: 9_000 })
    split(engine, 1_000, 1)
    expect(sale).toMatchObject({ status: 'open', lots: 999_999_000, limitTicks: 60 })
    split(engine, 3, 1)
    expect(sale).toMatchObject({ status: 'canceled', reason: 'admin', lots: 999_999_000 })
    expect(stop).toMatchObject({ status: 'untriggered', lots: 3_000, stopTicks: 3 })
    expect(engine.position(ANN, 'VLNT')?.lots).toBe(3_000_000_000)
  })

  it('that are partly filled and have legs are canceled, and the legs continue', () => {
    const engine = emptied()
    const exits = { takeProfit: { limitTicks: 12_000 }, stopLoss: { stopTicks: 9_000 } }
    const begun = place(engine, { side: 'buy', lots: 10, limitTicks: 9_900, ...exits })
    const waiting = place(engine, { side: 'buy', lots: 10, limitTicks: 9_800, ...exits })
    engine.house('VLNT').take('sell', 4, 9_900, START_MS)
    split(engine, 2, 1)
    expect(begun).toMatchObject({ status: 'canceled', reason: 'admin', filledLots: 4 })
    expect(waiting).toMatchObject({ status: 'open', lots: 20, limitTicks: 4_900 })
    const legs = engine.openOrders(ANN).filter(({ role }) => role !== undefined)
    expect(legs.map(({ status, lots, limitTicks, stopTicks }) => [status, lots, limitTicks, stopTicks])).toEqual([
      ['open', 8, 6_000, 0],
      ['untriggered', 8, 0, 4_500],
      ['held', 20, 6_000, 0],
      ['held', 20, 0, 4_500],
    ])
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 8, heldLots: 8 })
  })

  it('that are untriggered and would hold more than before are reduced to what their holds pay for, with their held legs', () => {
    const engine = engineOf()
    const stopLoss = { stopTicks: 8_000 }
    const stop = place(engine, { side: 'buy', lots: 1_132, ...STOP, stopTicks: 8_408, stopLoss })
    expect([stop.status, stop.heldCents]).toEqual(['untriggered', 9_999_426])
    split(engine, 2, 1)
    // 42.04 and 5 % are 44.142, rounded up to 44.15: for 2,264 lots 100,005.58 with the fee.
    expect(stop).toMatchObject({ lots: 2_263, stopTicks: 4_204, heldCents: 9_996_141 })
    expect(engine.openOrders(ANN).map(({ status, lots }) => [status, lots])).toEqual([
      ['untriggered', 2_263],
      ['held', 2_263],
    ])
    engine.drain()
  })

  it('continue at prices above the old maximum of the book when prices rise', () => {
    const engine = emptied()
    give(engine, ANN, 100)
    const sale = place(engine, { side: 'sell', lots: 10, limitTicks: 60_000 })
    split(engine, 1, 10, 10 * SHARE.maxTicks)
    expect(sale).toMatchObject({ status: 'open', limitTicks: 600_000, lots: 1 })
    expect(engine.levels('VLNT', 'sell')).toEqual([[600_000, 1]])
    engine.house('VLNT').take('buy', 1, 600_000, START_MS)
    expect(sale.status).toBe('filled')
  })
})

test('a buy holds at most as much after a split as before', () => {
  const type = fc.constantFrom('limit', 'stop', 'stop_limit', 'trailing_stop')
  const [lots, ticks, trail] = [2_000, 12_000, 500].map((max) => fc.integer({ min: 1, max }))
  const ratio = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
  fc.assert(
    fc.property(type, lots!, ticks!, trail!, ratio, (type, lots, ticks, trailTicks, [numerator, denominator]) => {
      const engine = engineOf()
      engine.restore.lastTrade('VLNT', type === 'trailing_stop' ? ticks : 1)
      const prices = {
        limit: { limitTicks: ticks },
        stop: { stopTicks: ticks },
        stop_limit: { stopTicks: ticks, limitTicks: ticks },
        trailing_stop: { trailTicks },
      }
      const { ok, order } = engine.apply(orderOf({ side: 'buy', lots, ...STOP, type, ...prices[type] }), START_MS)
      fc.pre(ok)
      const { heldCents } = order
      split(engine, numerator, denominator)
      expect(order.heldCents).toBeLessThanOrEqual(heldCents)
      expect(engine.account(ANN)?.heldCents).toBe(order.heldCents)
      engine.drain()
    }),
    { numRuns: 500 },
  )
})
