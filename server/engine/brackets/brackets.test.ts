import { describe, expect, it } from 'vitest'
import { Engine } from '../engine.ts'
import { toMargin } from '../risk/margin.fixture.ts'
import type { Order } from '../state.ts'
import { ANN, BEN, engineOf, give, place, refusalOf, SHARE, START_MS, tradeAt } from '../engine.fixture.ts'

const MARKET = `
  bid | price  | ask
      | 104.00 | 500
      | 101.00 | 60
  100 |  99.00 |
  500 |  90.00 |      `

const bracket = { takeProfit: { limitTicks: 10_300 }, stopLoss: { stopTicks: 9_700 } } as const

const order = (engine: Engine, number: number): Readonly<Order> => {
  const found = engine.order(ANN, number)
  if (found === undefined) throw new Error(`order ${number} is not open`)
  return found
}
const cancel = (engine: Engine, number: number) =>
  engine.apply({ kind: 'order.cancel', account: ANN, order: { number } }, START_MS)

describe('an entry with exits', () => {
  it('creates held legs that hold nothing, numbered after it, take profit first', () => {
    const engine = engineOf(MARKET)
    const { order: entry } = place(engine, { side: 'buy', lots: 10, limitTicks: 9_800, tag: 'swing', ...bracket })
    const shared = { side: 'sell', status: 'held', lots: 10, reduceOnly: true, parentNumber: 1, groupNumber: 1 }
    const rules = { timeInForce: 'gtc', tag: 'swing', source: 'api', heldCents: 0, priority: 0 }
    const takeProfit = { number: 2, clientOrderId: '#2', type: 'limit', limitTicks: 10_300, role: 'take_profit' }
    const stopLoss = { number: 3, clientOrderId: '#3', type: 'stop', stopTicks: 9_700, role: 'stop_loss' }
    expect(engine.openOrders(ANN)).toMatchObject([
      { number: 1, groupNumber: undefined, role: undefined },
      { ...shared, ...rules, ...takeProfit },
      { ...shared, ...rules, ...stopLoss },
    ])
    expect(engine.position(ANN, 'VLNT')).toBeUndefined()
    expect(engine.account(ANN)).toMatchObject({ heldCents: entry.heldCents, orderNumber: 3 })
    expect(engine.drain().orders.map(({ number }) => number)).toEqual([2, 3, 1])
  })

  it('creates a stop-limit if there is a limit, a trailing stop if there is a trail, and day legs', () => {
    const engine = engineOf(MARKET)
    const stopLimit = { stopTicks: 9_700, limitTicks: 9_600, expireAtMs: START_MS + 9 }
    place(engine, { side: 'buy', lots: 10, limitTicks: 9_800, stopLoss: stopLimit })
    place(engine, { side: 'buy', lots: 10, limitTicks: 9_800, stopLoss: { trailBps: 200 } })
    expect([order(engine, 2), order(engine, 4)]).toMatchObject([
      { type: 'stop_limit', stopTicks: 9_700, limitTicks: 9_600, timeInForce: 'day', expireAtMs: START_MS + 9 },
      { type: 'trailing_stop', trailBps: 200, stopTicks: 0, timeInForce: 'gtc' },
    ])
  })

  it('that is refused creates none, and one that cannot open a position is refused', () => {
    const engine = engineOf(MARKET)
    give(engine, ANN, 10)
    expect(refusalOf(engine, { side: 'sell', lots: 10, limitTicks: 10_200, ...bracket })?.code).toBe(
      'SHORT_NOT_ALLOWED',
    )
    expect(engine.account(ANN)?.orderNumber).toBe(1)
    expect(engine.openOrders(ANN)).toEqual([])
  })

  it('counts its legs among the open orders', () => {
    const engine = engineOf(MARKET, { openOrdersMax: 3 })
    place(engine, { side: 'buy', lots: 1, limitTicks: 9_800, ...bracket })
    const max = { code: 'MAX_OPEN_ORDERS', max: 3 }
    expect(refusalOf(engine, { side: 'buy', lots: 1, limitTicks: 9_800 })).toEqual(max)
    cancel(engine, 2)
    expect(refusalOf(engine, { side: 'buy', lots: 1, ...bracket })).toEqual(max)
    place(engine, { side: 'buy', lots: 1, stopLoss: { stopTicks: 9_700 } })
  })

  it('with an exit above the highest price of the book is refused', () => {
    const high = SHARE.maxTicks + 1
    const fields = { side: 'buy', lots: 1, limitTicks: 9_800 } as const
    expect(refusalOf(engineOf(MARKET), { ...fields, takeProfit: { limitTicks: high } })?.code).toBe('PRICE_BAND')
    expect(refusalOf(engineOf(MARKET), { ...fields, stopLoss: { stopTicks: high } })?.code).toBe('PRICE_BAND')
    expect(refusalOf(engineOf(MARKET), { ...fields, stopLoss: { stopTicks: 9_700, limitTicks: high } })?.code).toBe('PRICE_BAND') // prettier-ignore
  })

  it('may take its profit at the highest price of the book', () => {
    const entry = { side: 'buy', lots: 1, limitTicks: 9_800, takeProfit: { limitTicks: SHARE.maxTicks } } as const
    expect(place(engineOf(MARKET), entry).order.status).toBe('open')
  })

  it('that closes without a fill cancels its legs', () => {
    const engine = engineOf(MARKET)
    place(engine, { side: 'buy', lots: 10, limitTicks: 9_800, ...bracket })
    const legs = [order(engine, 2), order(engine, 3)]
    cancel(engine, 1)
    expect(legs).toMatchObject([{ status: 'canceled', reason: 'parent_closed', lots: 10 }, { reason: 'parent_closed' }])
    expect(engine.openOrders(ANN)).toEqual([])
    const { order: ioc } = place(engine, { side: 'buy', lots: 1, limitTicks: 9_950, timeInForce: 'ioc', ...bracket })
    expect(ioc).toMatchObject({ number: 4, status: 'canceled', filledLots: 0 })
    expect(engine.account(ANN)?.orderNumber).toBe(6)
    expect(engine.openOrders(ANN)).toEqual([])
  })
})

describe('the legs', () => {
  it('become active with the first fill and grow with each further one; together they hold the filled lots once', () => {
    const engine = engineOf(MARKET)
    place(engine, { side: 'buy', lots: 10, limitTicks: 9_950, ...bracket })
    const [takeProfit, stopLoss] = [order(engine, 2), order(engine, 3)]
    const house = engine.house('VLNT')
    house.take('sell', 4, 9_950, START_MS)
    expect([takeProfit, stopLoss]).toMatchObject([
      { status: 'open', lots: 4, priority: 2 },
      { status: 'untriggered', lots: 4, priority: 3 },
    ])
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 4, heldLots: 4 })
    house.take('sell', 5, 9_950, START_MS)
    expect([takeProfit, stopLoss]).toMatchObject([
      { status: 'open', lots: 9, priority: 4 },
      { status: 'untriggered', lots: 9, priority: 3 },
    ])
    expect(engine.levels('VLNT', 'sell', 2)).toEqual([[10_100, 60], [10_300, 9]]) // prettier-ignore
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 9, heldLots: 9 })
  })

  it('grow by what an entry fills after a restart, and no more', () => {
    const engine = engineOf(MARKET)
    give(engine, ANN, 100)
    place(engine, { side: 'buy', lots: 10, limitTicks: 9_950, ...bracket })
    engine.house('VLNT').take('sell', 4, 9_950, START_MS)
    // The take profit sells two of the four, which the stop loses.
    engine.house('VLNT').take('buy', 62, 10_300, START_MS)
    expect([order(engine, 2), order(engine, 3)]).toMatchObject([{ lots: 4, filledLots: 2 }, { lots: 2 }])
    const restarted = new Engine({ instruments: [SHARE], maxOpenOrdersPerInstrument: 9 })
    restarted.beginEpoch(2)
    restarted.restore.account({ ...engine.account(ANN)!, heldCents: 0 })
    for (const position of engine.positions(ANN)) restarted.restore.position({ ...position, heldLots: 0 })
    for (const open of engine.openOrders(ANN)) restarted.restore.order(open)
    restarted.house('VLNT').take('sell', 5, 9_950, START_MS)
    expect([order(restarted, 2), order(restarted, 3)]).toMatchObject([{ lots: 9, filledLots: 2 }, { lots: 7 }])
    expect(restarted.position(ANN, 'VLNT')).toMatchObject({ lots: 107, heldLots: 7 })
  })

  it('of an entry that fills at once become active in the same operation', () => {
    const engine = engineOf(MARKET)
    const { order: entry } = place(engine, { side: 'buy', lots: 60, ...bracket })
    expect(entry.status).toBe('filled')
    expect([order(engine, 2), order(engine, 3)]).toMatchObject([
      { status: 'open', lots: 60 },
      { status: 'untriggered' },
    ])
  })

  it('of a stop entry wait until it has triggered and filled', () => {
    const engine = engineOf(MARKET)
    place(engine, { type: 'stop', side: 'buy', lots: 5, stopTicks: 10_050, ...bracket })
    expect(engine.openOrders(ANN).map(({ status }) => status)).toEqual(['untriggered', 'held', 'held'])
    tradeAt(engine, 10_050)
    expect(engine.openOrders(ANN).map(({ status }) => status)).toEqual(['open', 'untriggered'])
  })

  it('stay when their entry closes partly filled', () => {
    const engine = engineOf(MARKET)
    place(engine, { side: 'buy', lots: 10, limitTicks: 9_950, ...bracket })
    engine.house('VLNT').take('sell', 4, 9_950, START_MS)
    cancel(engine, 1)
    expect(engine.openOrders(ANN)).toMatchObject([{ number: 2, lots: 4 }, { number: 3, lots: 4 }]) // prettier-ignore
  })

  it('reduce each other as they fill; a completely filled one cancels the other and the rest of the entry', () => {
    const engine = engineOf(MARKET)
    const { order: entry } = place(engine, { side: 'buy', lots: 10, limitTicks: 9_950, ...bracket })
    const [takeProfit, stopLoss] = [order(engine, 2), order(engine, 3)]
    const house = engine.house('VLNT')
    house.take('sell', 6, 9_950, START_MS)
    house.take('buy', 62, 10_300, START_MS)
    expect([takeProfit, stopLoss]).toMatchObject([
      { status: 'partially_filled', lots: 6, filledLots: 2 },
      { status: 'untriggered', lots: 4 },
    ])
    house.take('sell', 2, 9_950, START_MS)
    expect([takeProfit.lots, stopLoss.lots]).toEqual([8, 6])
    house.take('buy', 6, 10_300, START_MS)
    expect([takeProfit, stopLoss, entry]).toMatchObject([
      { status: 'filled' },
      { status: 'canceled', reason: 'sibling_filled', lots: 6 },
      { status: 'canceled', reason: 'sibling_filled', filledLots: 8, lots: 10 },
    ])
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 0, heldLots: 0 })
    expect(engine.account(ANN)?.heldCents).toBe(0)
  })

  it('whose stop triggers cancel the other leg before it trades', () => {
    const engine = engineOf(MARKET)
    place(engine, { side: 'buy', lots: 10, limitTicks: 9_950, ...bracket, stopLoss: { stopTicks: 9_900 } })
    engine.house('VLNT').take('sell', 10, 9_950, START_MS)
    const [takeProfit, stopLoss] = [order(engine, 2), order(engine, 3)]
    engine.house('VLNT').take('sell', 1, 9_900, START_MS)
    expect(stopLoss).toMatchObject({ status: 'filled', filledTickLots: 10 * 9_900 })
    expect(takeProfit).toMatchObject({ status: 'canceled', reason: 'sibling_filled', lots: 10, filledLots: 0 })
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 0, heldLots: 0 })
  })

  it('whose stop triggers cancel the rest of the entry, too', () => {
    const engine = engineOf(MARKET)
    const { order: entry } = place(engine, { side: 'buy', lots: 10, limitTicks: 9_950, stopLoss: { stopTicks: 9_960 } })
    engine.house('VLNT').take('sell', 6, 9_950, START_MS)
    expect(entry).toMatchObject({ status: 'canceled', reason: 'sibling_filled', filledLots: 6 })
    expect(engine.openOrders(ANN)).toEqual([])
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 0, heldLots: 0 })
    expect(engine.account(ANN)?.heldCents).toBe(0)
  })

  it('are independent of a cancel of the other', () => {
    const engine = engineOf(MARKET)
    place(engine, { side: 'buy', lots: 10, limitTicks: 9_950, ...bracket })
    cancel(engine, 3)
    engine.house('VLNT').take('sell', 10, 9_950, START_MS)
    expect(engine.openOrders(ANN)).toMatchObject([{ number: 2, status: 'open', lots: 10 }])
    cancel(engine, 2)
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 10, heldLots: 0 })
  })

  it('may trade when they become active, up to the end of the price band', () => {
    const engine = engineOf(MARKET)
    const { order: entry } = place(engine, { side: 'buy', lots: 60, takeProfit: { limitTicks: 9_900 } })
    expect(entry.status).toBe('filled')
    // The house bids for 100 at 99.00: the take profit sells to it at once.
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 0, heldLots: 0 })
    expect(engine.openOrders(ANN)).toEqual([])
    const low = engineOf('| 104.00 | 500\n | 101.00 | 60\n 5 | 99.00 |\n 500 | 90.00 |')
    place(low, { side: 'buy', lots: 60, takeProfit: { limitTicks: 9_000 } })
    const told = low.drain().orders.at(-1)
    expect(told).toMatchObject({ number: 2, status: 'canceled', reason: 'no_liquidity', filledLots: 5, lots: 60 })
    expect(low.position(ANN, 'VLNT')).toMatchObject({ lots: 55, heldLots: 0 })
  })

  it('trigger at once when the last trade has already reached their price', () => {
    const engine = engineOf(MARKET)
    place(engine, { side: 'buy', lots: 10, takeProfit: { limitTicks: 10_300 }, stopLoss: { stopTicks: 10_100 } })
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 0, heldLots: 0 })
    expect(engine.openOrders(ANN)).toEqual([])
    const { orders } = engine.drain()
    expect(new Set(orders.map(({ number, status }) => `${number} ${status}`))).toEqual(
      new Set(['1 filled', '2 canceled', '3 filled']),
    )
  })

  it('that trail start at the last trade', () => {
    const engine = engineOf(MARKET)
    place(engine, { side: 'buy', lots: 10, stopLoss: { trailBps: 100 } })
    expect(order(engine, 2)).toMatchObject({ status: 'untriggered', highWaterTicks: 10_100, stopTicks: 9_999 })
  })

  it('change with the lots of an amended entry while they are held', () => {
    const engine = engineOf(MARKET)
    place(engine, { side: 'buy', lots: 10, limitTicks: 9_800, ...bracket })
    const amend = (lots: number) =>
      engine.apply({ kind: 'order.amend', account: ANN, order: { number: 1 }, lots }, START_MS).ok
    expect([amend(6), order(engine, 2).lots, order(engine, 3).lots]).toEqual([true, 6, 6])
    expect([amend(12), order(engine, 2).lots, order(engine, 3).lots]).toEqual([true, 12, 12])
  })

  it('are canceled with their entry by cancelAll, but not by a cancelAll of the other side', () => {
    const engine = engineOf(MARKET)
    place(engine, { side: 'buy', lots: 10, limitTicks: 9_800, ...bracket })
    place(engine, { side: 'buy', lots: 10, limitTicks: 9_950, ...bracket })
    engine.house('VLNT').take('sell', 1, 9_950, START_MS)
    const all = { kind: 'order.cancelAll', account: ANN, side: 'buy' } as const
    const { orders } = engine.apply(all, START_MS)
    expect(orders.map(({ number, reason }) => [number, reason])).toEqual([
      [1, 'cancel_all'],
      [2, 'parent_closed'],
      [3, 'parent_closed'],
      [4, 'cancel_all'],
    ])
    expect(engine.openOrders(ANN).map(({ number }) => number)).toEqual([5, 6])
  })
})

describe('the legs of a margin account', () => {
  it('of an entry that opened nothing are canceled when they become active', () => {
    const engine = engineOf(MARKET)
    toMargin(engine, ANN)
    engine.quantum(START_MS)
    place(engine, { side: 'sell', lots: 20, limitTicks: 9_900 })
    expect(engine.position(ANN, 'VLNT')?.lots).toBe(-20)
    engine.drain()
    place(engine, { side: 'buy', lots: 15, ...bracket })
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: -5, heldLots: 0 })
    expect(engine.openOrders(ANN)).toEqual([])
    const legs = new Set(engine.drain().orders.filter(({ role }) => role !== undefined))
    const canceled = { status: 'canceled', reason: 'reduce_only', filledLots: 0 }
    expect([...legs]).toMatchObject([canceled, canceled])
  })

  it('of a short entry buy back', () => {
    const engine = engineOf(MARKET)
    toMargin(engine, ANN)
    engine.quantum(START_MS)
    place(engine, { side: 'sell', lots: 20, takeProfit: { limitTicks: 9_500 }, stopLoss: { stopTicks: 10_300 } })
    expect(engine.openOrders(ANN)).toMatchObject([
      { side: 'buy', status: 'open', lots: 20, heldCents: 0 },
      { side: 'buy', status: 'untriggered', lots: 20, heldCents: 0 },
    ])
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: -20, heldLots: 20 })
  })
})

describe('two users', () => {
  it('whose exits cross trade with each other', () => {
    const engine = engineOf('| 101.00 | 60')
    place(engine, { side: 'buy', lots: 10, takeProfit: { limitTicks: 10_300 } })
    place(engine, { account: BEN, side: 'buy', lots: 5, limitTicks: 10_300 })
    engine.house('VLNT').take('buy', 45, 10_100, START_MS)
    place(engine, { account: BEN, side: 'buy', lots: 5, limitTicks: 10_300 })
    expect(engine.position(ANN, 'VLNT')?.lots).toBe(5)
    expect(order(engine, 2)).toMatchObject({ status: 'partially_filled', filledLots: 5 })
  })
})
