import { describe, expect, it } from 'vitest'
import type { PlaceOrder } from '../command.ts'
import { OUTSIDE } from '../command.ts'
import type { Engine } from '../engine.ts'
import { marginEngineOf, markAt, toMargin } from '../risk/margin.fixture.ts'
import { ANN, BEN, COIN, engineOf, give, NO_EVENTS, orderOf, START_CENTS, START_MS } from '../engine.fixture.ts'

const MARKET = `
  bid   | price  | ask
        | 100.10 | 1000
  1000  |  99.90 |      `
const STOP = { type: 'stop', timeInForce: 'gtc', limitTicks: 0 } as const

const place = (engine: Engine, fields: Partial<PlaceOrder> & Pick<PlaceOrder, 'side' | 'lots'>) =>
  engine.apply(orderOf(fields), START_MS).order
const pay = (engine: Engine, centsPerLot: number, symbol = 'VLNT') =>
  engine.apply({ kind: 'corporate.dividend', symbol, centsPerLot }, START_MS)

describe('a dividend', () => {
  it('is paid to each long and charged to each short, by account', () => {
    const engine = marginEngineOf(MARKET)
    toMargin(engine, BEN)
    give(engine, BEN, -4)
    give(engine, ANN, 10)
    engine.drain()
    pay(engine, 25)
    const { entries, accounts, positions } = engine.drain()
    expect(
      entries.map(({ account, counter, kind, asset, amount, balanceAfter, note }) => [
        ...[account, counter, kind, asset, amount, balanceAfter, note],
      ]),
    ).toEqual([
      [ANN, OUTSIDE, 'dividend', 'USD', 250, START_CENTS + 250, 'VLNT 0.25 per share'],
      [BEN, OUTSIDE, 'dividend', 'USD', -100, START_CENTS - 100, 'VLNT 0.25 per share'],
    ])
    expect(accounts.map(({ account, cause }) => [account.account, cause])).toEqual([
      [ANN, 'corporate_action'],
      [OUTSIDE, 'trade'],
      [BEN, 'corporate_action'],
    ])
    expect(positions).toEqual([])
  })

  it('leaves equity unchanged: the mark falls by it, and the last trade by whole ticks', () => {
    const engine = marginEngineOf(MARKET)
    place(engine, { side: 'buy', lots: 900 })
    const { equityCents } = engine.marginFigures(ANN)
    pay(engine, 25)
    expect(engine.marginFigures(ANN)).toMatchObject({ equityCents, unrealizedCents: -9_000 - 22_500 })
    expect(engine.markMicroTicks('VLNT')).toBe(9_975_000_000)
    expect(engine.lastTicks('VLNT')).toBe(10_010 - 25)
    // One tick of a coin lot is worth two cents.
    engine.restore.mark(COIN.symbol, 100_000_000)
    engine.restore.lastTrade(COIN.symbol, 100)
    pay(engine, 5, COIN.symbol)
    expect([engine.markMicroTicks(COIN.symbol), engine.lastTicks(COIN.symbol)]).toEqual([97_500_000, 97])
    pay(engine, 5_000, COIN.symbol)
    expect([engine.markMicroTicks(COIN.symbol), engine.lastTicks(COIN.symbol)]).toEqual([1_000_000, 1])
  })

  it('may charge a short more than its cash', () => {
    const engine = marginEngineOf(MARKET)
    give(engine, ANN, -1_000)
    Object.assign(engine.account(ANN)!, { cashCents: 13_125_000 })
    engine.quantum(START_MS)
    expect(engine.account(ANN)?.marginState).toBe('ok')
    pay(engine, 100)
    markAt(engine, 10_000)
    engine.quantum(START_MS)
    expect(engine.account(ANN)).toMatchObject({ marginState: 'warning', cashCents: 13_025_000 })
  })
})

describe('on a dividend, open orders', () => {
  it('that buy below the market are lowered and hold less; at one tick they stay', () => {
    const engine = engineOf(MARKET)
    const first = place(engine, { side: 'buy', lots: 10, limitTicks: 9_900 })
    const second = place(engine, { side: 'buy', lots: 100, limitTicks: 10 })
    const third = place(engine, { side: 'buy', lots: 100, limitTicks: 1 })
    engine.drain()
    pay(engine, 20)
    expect([first, second, third].map(({ limitTicks, version }) => [limitTicks, version])).toEqual([
      [9_880, 2],
      [1, 2],
      [1, 1],
    ])
    // 988.00 and 0.494; twice 1.00 and 0.0005, each fee rounded up.
    expect(engine.account(ANN)?.heldCents).toBe(98_850 + 101 + 101)
    expect(engine.levels('VLNT', 'buy')).toEqual([
      [9_990, 1_000],
      [9_880, 10],
      [1, 200],
    ])
    expect([second, third].map((order) => engine.queueAhead(order))).toEqual([0, 100])
    const { orders, accounts } = engine.drain()
    expect(orders).toEqual([first, second])
    expect(accounts).toMatchObject([{ account: { account: ANN }, cause: 'corporate_action' }])
  })

  it('that wait to sell are lowered, with their limits and high-water prices', () => {
    const engine = marginEngineOf(MARKET)
    place(engine, { side: 'buy', lots: 10 })
    const stop = place(engine, { side: 'sell', lots: 1, ...STOP, stopTicks: 9_500 })
    const stopLimit = place(engine, {
      side: 'sell',
      lots: 1,
      ...STOP,
      type: 'stop_limit',
      stopTicks: 9_500,
      limitTicks: 9_400,
    })
    const trailing = place(engine, { side: 'sell', lots: 1, ...STOP, type: 'trailing_stop', trailBps: 1_000 })
    expect(trailing).toMatchObject({ highWaterTicks: 10_010, stopTicks: 9_009 })
    engine.drain()
    pay(engine, 10)
    expect(stop).toMatchObject({ stopTicks: 9_490, limitTicks: 0 })
    expect(stopLimit).toMatchObject({ stopTicks: 9_490, limitTicks: 9_390 })
    expect(trailing).toMatchObject({ highWaterTicks: 10_000, stopTicks: 9_000 })
    expect(engine.drain().orders).toEqual([stop, stopLimit, trailing])
    // They wait for the new prices: when the house sells down to 94.95 nothing triggers; at 94.90 two do.
    engine.house('VLNT').place('buy', 9_495, 5, 0)
    engine.house('VLNT').take('sell', 1_001, 9_495, START_MS)
    expect(stop.status).toBe('untriggered')
    engine.house('VLNT').place('buy', 9_490, 5, 0)
    engine.house('VLNT').take('sell', 5, 9_490, START_MS)
    expect([stop.status, stopLimit.status, trailing.status]).toEqual(['filled', 'filled', 'untriggered'])
  })

  it('that sell above the market or wait to buy stay unchanged', () => {
    const engine = marginEngineOf(MARKET)
    give(engine, ANN, 10)
    place(engine, { side: 'sell', lots: 1, limitTicks: 10_100 })
    place(engine, { side: 'buy', lots: 1, ...STOP, stopTicks: 10_500 })
    place(engine, { side: 'buy', lots: 1, ...STOP, type: 'stop_limit', stopTicks: 10_500, limitTicks: 10_600 })
    place(engine, { side: 'buy', lots: 1, ...STOP, type: 'trailing_stop', trailTicks: 500 })
    engine.drain()
    pay(engine, 10)
    expect(engine.drain().orders).toEqual([])
  })

  it('that are held legs follow the same rule', () => {
    const engine = marginEngineOf(MARKET)
    place(engine, {
      side: 'buy',
      lots: 5,
      limitTicks: 9_900,
      takeProfit: { limitTicks: 11_000 },
      stopLoss: { stopTicks: 9_000 },
    })
    place(engine, {
      side: 'sell',
      lots: 5,
      limitTicks: 10_100,
      takeProfit: { limitTicks: 9_000 },
      stopLoss: { stopTicks: 11_000 },
    })
    engine.drain()
    pay(engine, 10)
    const prices = engine
      .openOrders(ANN)
      .map(({ role, side, limitTicks, stopTicks }) => [role, side, limitTicks, stopTicks])
    expect(prices).toEqual([
      [undefined, 'buy', 9_890, 0],
      ['take_profit', 'sell', 11_000, 0],
      ['stop_loss', 'sell', 0, 8_990],
      [undefined, 'sell', 10_100, 0],
      ['take_profit', 'buy', 8_990, 0],
      ['stop_loss', 'buy', 0, 11_000],
    ])
    expect(engine.drain().orders.map(({ number }) => number)).toEqual([3, 5, 1])
  })

  it('of another instrument stay unchanged', () => {
    const engine = engineOf(MARKET)
    place(engine, { side: 'buy', lots: 10, limitTicks: 9_900 })
    engine.drain()
    pay(engine, 25, COIN.symbol)
    expect(engine.drain()).toEqual(NO_EVENTS)
  })
})
