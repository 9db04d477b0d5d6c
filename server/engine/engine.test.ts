import { describe, expect, it } from 'vitest'
import { FEES, HOUSE } from './command.ts'
import { Engine } from './engine.ts'
import { copyOf } from './state.ts'
import { ANN, BEN, COIN, engineOf, give, NO_EVENTS, orderOf, SHARE, START_CENTS, START_MS } from './engine.fixture.ts'

describe('a restored engine', () => {
  it('restores resting orders and their holds without matching and without events', () => {
    const before = engineOf()
    give(before, BEN, 10)
    const buy = before.apply(orderOf({ side: 'buy', lots: 10, limitTicks: 10_000 }), START_MS).order
    const sale = before.apply(orderOf({ account: BEN, side: 'sell', lots: 10, limitTicks: 10_100 }), START_MS).order
    before.house('VLNT').take('sell', 4, 10_000, START_MS)

    const after = new Engine({ instruments: [SHARE, COIN], maxOpenOrdersPerInstrument: 200 })
    for (const account of before.accounts()) after.restore.account({ ...account, heldCents: 0 })
    for (const position of [...before.positions(ANN), ...before.positions(BEN)]) {
      after.restore.position({ ...position, heldLots: 0 })
    }
    after.restore.order(buy)
    after.restore.order(sale)
    expect(after.drain()).toEqual(NO_EVENTS)
    expect(after.accounts()).toEqual(before.accounts())
    expect([after.positions(ANN), after.positions(BEN)]).toEqual([before.positions(ANN), before.positions(BEN)])
    expect([after.levels('VLNT', 'buy'), after.levels('VLNT', 'sell')]).toEqual([[[10_000, 6]], [[10_100, 10]]])
    expect(after.apply(orderOf({ side: 'buy', lots: 1, limitTicks: 9_000 }), START_MS).order.priority).toBe(3)
    expect([after.account(HOUSE)?.entryNumber, after.account(FEES)?.entryNumber]).toEqual([2, 1])
  })

  it('restores untriggered orders, held legs and groups, in any sequence', () => {
    const before = engineOf('900 | 90.00 |')
    give(before, BEN, 10)
    const exits = { takeProfit: { limitTicks: 10_500 }, stopLoss: { trailBps: 100 } }
    before.apply(orderOf({ side: 'buy', lots: 10, limitTicks: 10_000, ...exits }), START_MS)
    before.house('VLNT').take('sell', 4, 10_000, START_MS)
    before.apply(orderOf({ side: 'buy', lots: 5, limitTicks: 9_900, ...exits }), START_MS)
    const pair = { takeProfit: { limitTicks: 10_400 }, stopLoss: { stopTicks: 9_500 } }
    before.apply({ kind: 'position.protect', account: BEN, symbol: 'VLNT', source: 'web', ...pair }, START_MS)

    const after = new Engine({ instruments: [SHARE, COIN], maxOpenOrdersPerInstrument: 200 })
    for (const account of before.accounts()) after.restore.account({ ...account, heldCents: 0 })
    for (const account of [ANN, BEN]) {
      for (const position of before.positions(account)) after.restore.position({ ...position, heldLots: 0 })
    }
    const orders = [...before.openOrders(ANN), ...before.openOrders(BEN)]
    for (const order of orders.sort((a, b) => a.priority - b.priority || b.number - a.number))
      after.restore.order(order)
    after.restore.lastTrade('VLNT', before.lastTicks('VLNT'))
    expect(after.drain()).toEqual(NO_EVENTS)
    for (const account of [ANN, BEN]) {
      expect(after.openOrders(account).map(copyOf)).toEqual(before.openOrders(account).map(copyOf))
      expect(after.positions(account)).toEqual(before.positions(account))
      expect(after.account(account)).toEqual(before.account(account))
    }
    // The entry's next fill makes its legs grow; when one of the pair fills, the other is canceled.
    after.house('VLNT').take('sell', 6, 10_000, START_MS)
    expect(after.openOrders(ANN).map(({ number, lots, status }) => [number, lots, status])).toEqual([
      [2, 10, 'open'],
      [3, 10, 'untriggered'],
      [4, 5, 'open'],
      [5, 5, 'held'],
      [6, 5, 'held'],
    ])
    after.house('VLNT').take('buy', 10, 10_400, START_MS)
    expect(after.openOrders(BEN)).toEqual([])
    expect(after.order(ANN, 3)).toMatchObject({ highWaterTicks: 10_400, stopTicks: 10_296 })
  })

  it('continues with its mark', () => {
    const engine = engineOf()
    engine.restore.mark('VLNT', 5_000_400_000)
    expect(engine.markTicks('VLNT')).toBe(5_000)
  })
})

describe('trade ids', () => {
  it('increase over epochs and are consecutive within one', () => {
    const engine = engineOf('| 100.00 | 1 1 1')
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
  it('returns fills, fees and the rest, and places nothing', () => {
    const engine = engineOf('| 101.00 | 5 5\n | 100.00 | 4')
    const command = orderOf({ side: 'buy', lots: 20, limitTicks: 10_100 })
    expect(engine.preview(command)).toEqual({
      ok: true,
      fills: [
        [10_000, 4],
        [10_100, 10],
      ],
      valueCents: 141_000,
      feeCents: 71,
      restLots: 6,
      restTicks: 10_100,
      restFeeCents: 12,
      buyingPowerAfterCents: START_CENTS - 141_000 - 71 - 60_600 - 30,
      marginAfterCents: undefined,
      liquidationTicks: undefined,
      lots: 20,
    })
    expect(engine.preview({ ...command, lots: 999 })).toMatchObject({
      ok: false,
      rejection: { code: 'INSUFFICIENT_FUNDS' },
    })
    expect(engine.drain()).toEqual(NO_EVENTS)
    expect(engine.openOrders(ANN)).toEqual([])
  })
})

describe('a preview of an untriggered order', () => {
  it('returns what it would hold, and no fills', () => {
    const engine = engineOf('| 101.00 | 50\n 50 | 99.00 |')
    const stop = { type: 'stop', side: 'buy', lots: 10, stopTicks: 10_050 } as const
    const nothing = { ok: true, fills: [], valueCents: 0, feeCents: 0, restLots: 10, restTicks: 10_050, lots: 10 }
    // When triggered it would pay 5 bps of 1,005.00; it holds 105.53 per lot.
    const cents = { restFeeCents: 51, buyingPowerAfterCents: START_CENTS - 105_530 - 53 }
    expect(engine.preview(orderOf(stop))).toMatchObject({ ...nothing, ...cents })
    const trailing = { type: 'trailing_stop', side: 'buy', lots: 10, trailTicks: 50 } as const
    expect(engine.preview(orderOf(trailing))).toMatchObject({ ...nothing, ...cents })
    const limited = { ...stop, type: 'stop_limit', limitTicks: 10_100 } as const
    expect(engine.preview(orderOf(limited))).toMatchObject({ buyingPowerAfterCents: START_CENTS - 101_000 - 51 })
    const reached = engine.preview(orderOf({ ...stop, stopTicks: 9_000 }))
    expect(reached).toMatchObject({ ok: false, rejection: { code: 'STOP_WOULD_TRIGGER' } })
  })

  it('returns the quantity of a notional order', () => {
    const engine = engineOf('| 101.00 | 50\n 50 | 99.00 |')
    const command = orderOf({ side: 'buy', lots: 0, notionalCents: 102_000 })
    expect(engine.preview(command)).toMatchObject({ ok: true, lots: 10, fills: [[10_100, 10]], valueCents: 101_000 })
    expect(engine.drain()).toEqual(NO_EVENTS)
  })
})

describe('a preview for a margin account', () => {
  it('returns the margin used and the liquidation price of the position', () => {
    const engine = engineOf('| 101.00 | 5000\n 5000 | 99.00 |')
    engine.apply({ kind: 'account.update', account: ANN, mode: 'margin' }, START_MS)
    engine.quantum(START_MS)
    const command = orderOf({ side: 'buy', lots: 1_500 })
    const preview = engine.preview(command)
    engine.apply(command, START_MS)
    const { marginUsedCents } = engine.marginFigures(ANN)
    const liquidationTicks = engine.liquidationTicks(ANN, 'VLNT')
    expect(preview).toMatchObject({ marginAfterCents: marginUsedCents, liquidationTicks })
    expect([marginUsedCents, liquidationTicks]).toEqual([7_500_000, expect.any(Number)])
  })
})

describe('queries of the engine', () => {
  it('find orders by number and by client order id while they are open', () => {
    const engine = engineOf()
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

  it('find an old order behind many newer ones', () => {
    const engine = engineOf()
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

  it('report changed levels once', () => {
    const engine = engineOf('10 | 100.00 |')
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

  it('list symbols and accounts', () => {
    const engine = engineOf()
    expect(engine.symbols).toEqual(['VLNT', 'VCN-USD'])
    expect(engine.accounts().map(({ account }) => account)).toEqual([1, 2, 3, ANN, BEN])
    expect(engine.account(99)).toBeUndefined()
    expect(engine.status('VLNT')).toBe('open')
  })
})
