import { describe, expect, it } from 'vitest'
import { FEES, HOUSE } from './command.ts'
import { Engine } from './engine.ts'
import { ANN, BEN, COIN, floorOf, give, NO_EVENTS, orderOf, SHARE, START_CENTS, START_MS } from './trading-floor.ts'

describe('a restored engine', () => {
  it('rests the orders it is given without matching, holds what they held, and tells nothing', () => {
    const before = floorOf()
    give(before, BEN, 10)
    const buy = before.apply(orderOf({ side: 'buy', lots: 10, limitTicks: 10_000 }), START_MS).order
    const sale = before.apply(orderOf({ account: BEN, side: 'sell', lots: 10, limitTicks: 10_100 }), START_MS).order
    before.house('VLNT').take('sell', 4, 10_000, START_MS)

    const after = new Engine({ instruments: [SHARE, COIN], maxOpenOrdersPerInstrument: 200 })
    for (const account of before.accounts()) after.restoreAccount({ ...account, heldCents: 0 })
    for (const position of [...before.positions(ANN), ...before.positions(BEN)]) {
      after.restorePosition({ ...position, heldLots: 0 })
    }
    after.restoreOrder(buy)
    after.restoreOrder(sale)
    expect(after.drain()).toEqual(NO_EVENTS)
    expect(after.accounts()).toEqual(before.accounts())
    expect([after.positions(ANN), after.positions(BEN)]).toEqual([before.positions(ANN), before.positions(BEN)])
    expect([after.levels('VLNT', 'buy'), after.levels('VLNT', 'sell')]).toEqual([[[10_000, 6]], [[10_100, 10]]])
    expect(after.apply(orderOf({ side: 'buy', lots: 1, limitTicks: 9_000 }), START_MS).order.priority).toBe(3)
    expect([after.account(HOUSE)?.entryNumber, after.account(FEES)?.entryNumber]).toEqual([2, 1])
  })

  it('goes on with its mark', () => {
    const engine = floorOf()
    engine.restoreMark('VLNT', 5_000_400_000)
    expect(engine.markTicks('VLNT')).toBe(5_000)
  })
})

describe('trade ids', () => {
  it('rise over epochs and are consecutive within one', () => {
    const engine = floorOf('| 100.00 | 1 1 1')
    const ids: number[] = []
    for (const epoch of [1, 2]) {
      engine.beginEpoch(epoch)
      engine.house('VLNT').take('buy', epoch, 10_000, START_MS)
      ids.push(...engine.drain().trades.map(({ id }) => id))
    }
    expect(ids).toEqual([1_000_000_001, 2_000_000_001, 2_000_000_002])
  })
})

describe('a preview', () => {
  it('tells fills, fees and what is left, and places nothing', () => {
    const engine = floorOf('| 101.00 | 5 5\n | 100.00 | 4')
    const wish = orderOf({ side: 'buy', lots: 20, limitTicks: 10_100 })
    expect(engine.preview(wish)).toEqual({
      ok: true,
      fills: [
        [10_000, 4],
        [10_100, 10],
      ],
      valueCents: 141_000,
      feeCents: 71,
      restLots: 6,
      restFeeCents: 12,
      buyingPowerAfterCents: START_CENTS - 141_000 - 71 - 60_600 - 30,
    })
    expect(engine.preview({ ...wish, lots: 999 })).toMatchObject({
      ok: false,
      rejection: { code: 'INSUFFICIENT_FUNDS' },
    })
    expect(engine.drain()).toEqual(NO_EVENTS)
    expect(engine.openOrders(ANN)).toEqual([])
  })
})

describe('what the engine is asked', () => {
  it('finds orders by number and by name while they are open', () => {
    const engine = floorOf()
    const { order } = engine.apply(orderOf({ side: 'buy', lots: 1, limitTicks: 10_000, clientOrderId: 'a' }), START_MS)
    expect([engine.order(ANN, 1), engine.orderByClientId(ANN, 'a')]).toEqual([order, order])
    const { order: second } = engine.apply(
      orderOf({ side: 'buy', lots: 1, limitTicks: 10_001, clientOrderId: 'b' }),
      START_MS,
    )
    expect([engine.orderByClientId(ANN, 'b'), engine.openOrders(ANN)]).toEqual([second, [order, second]])
    expect(engine.orderByClientId(BEN, 'a')).toBeUndefined()
    engine.house('VLNT').take('sell', 2, 1, START_MS)
    expect([engine.order(ANN, 1), engine.orderByClientId(ANN, 'b'), engine.openOrders(ANN)]).toEqual([undefined, undefined, []]) // prettier-ignore
  })

  it('finds an order that has rested for long behind many newer ones', () => {
    const engine = floorOf()
    const rest = () => engine.apply(orderOf({ side: 'buy', lots: 1, limitTicks: 10_000 }), START_MS).order
    const pass = () => engine.apply(orderOf({ side: 'buy', lots: 1, limitTicks: 9_000, timeInForce: 'ioc' }), START_MS)
    const old = Array.from({ length: 3 }, rest)
    for (let at = 0; at < 300; at++) pass()
    const recent = Array.from({ length: 160 }, rest)
    expect(engine.openOrders(ANN)).toEqual([...old, ...recent])
    expect([engine.order(ANN, 2), engine.order(ANN, 4), engine.order(ANN, 463)]).toEqual([old[1], undefined, recent.at(-1)]) // prettier-ignore
    const cancel = (number: number) =>
      engine.apply({ kind: 'order.cancel', account: ANN, order: { number } }, START_MS).ok
    expect([cancel(2), cancel(2), cancel(303), cancel(304)]).toEqual([true, false, false, true])
    expect(engine.openOrders(ANN).map(({ number }) => number)).toEqual([1, 3, ...recent.slice(1).map(({ number }) => number)]) // prettier-ignore
  })

  it('tells changed levels once', () => {
    const engine = floorOf('10 | 100.00 |')
    const changes: unknown[] = []
    const drain = () => engine.drainLevels('VLNT', (...level) => changes.push(level))
    drain()
    engine.house('VLNT').take('sell', 4, 1, START_MS)
    engine.house('VLNT').take('sell', 6, 1, START_MS)
    drain()
    drain()
    expect(changes).toEqual([
      ['buy', 10_000, 10],
      ['buy', 10_000, 0],
    ])
  })

  it('knows its symbols and accounts', () => {
    const engine = floorOf()
    expect(engine.symbols).toEqual(['VLNT', 'VCN-USD'])
    expect(engine.accounts().map(({ account }) => account)).toEqual([1, 2, 3, ANN, BEN])
    expect(engine.account(99)).toBeUndefined()
    expect(engine.isHalted('VLNT')).toBe(false)
  })
})
