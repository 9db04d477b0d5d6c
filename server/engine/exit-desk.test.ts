import { describe, expect, it } from 'vitest'
import type { ClosePosition, ProtectPosition } from './command.ts'
import type { Engine } from './engine.ts'
import { toMargin } from './risk/margin.fixture.ts'
import { ANN, engineOf, give, NO_EVENTS, place, START_CENTS, START_MS, tradeAt } from './engine.fixture.ts'

const MARKET = `
  bid | price  | ask
      | 101.00 | 900
   30 |  99.00 |
  900 |  98.00 |      `

const engineHolding = (lots: number): Engine => {
  const engine = engineOf(MARKET)
  give(engine, ANN, lots)
  engine.drain()
  return engine
}
const close = (engine: Engine, fields: Partial<ClosePosition> = {}) =>
  engine.apply({ kind: 'position.close', account: ANN, symbol: 'VLNT', source: 'web', ...fields }, START_MS)
const protect = (engine: Engine, fields: Partial<ProtectPosition>) =>
  engine.apply({ kind: 'position.protect', account: ANN, symbol: 'VLNT', source: 'web', ...fields }, START_MS)

/** The protected position's stop. */
const stopOf = (engine: Engine, stopLoss: ProtectPosition['stopLoss']) => {
  const result = protect(engine, { ...(stopLoss && { stopLoss }) })
  if (!result.ok) throw new Error(result.rejection.code)
  return result
}

describe('closing a position', () => {
  it('is a reduce-only market order for all of it, whose id is its number', () => {
    const engine = engineHolding(40)
    const result = close(engine)
    expect(result).toMatchObject({ ok: true, fills: [{ lots: 30 }, { lots: 10 }] })
    const order = {
      number: 1,
      clientOrderId: '#1',
      type: 'market',
      timeInForce: 'ioc',
      reduceOnly: true,
      source: 'web',
    }
    expect(result.order).toMatchObject({ ...order, side: 'sell', lots: 40, status: 'filled' })
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 0, heldLots: 0 })
  })

  it('cancels the orders that hold it, in the same operation', () => {
    const engine = engineHolding(40)
    const { order: sale } = place(engine, { side: 'sell', lots: 15, limitTicks: 10_300 })
    protect(engine, { lots: 25, takeProfit: { limitTicks: 10_300 }, stopLoss: { stopTicks: 9_000 } })
    const { order: buy } = place(engine, { side: 'buy', lots: 1, limitTicks: 9_500 })
    engine.drain()
    expect(close(engine).ok).toBe(true)
    expect(sale).toMatchObject({ status: 'canceled', reason: 'reduce_only' })
    expect(engine.openOrders(ANN)).toEqual([buy])
    expect(engine.drain().accounts.filter(({ account }) => account.account === ANN)).toHaveLength(1)
  })

  it('of a part cancels the newest orders until enough is free', () => {
    const engine = engineHolding(40)
    const [first, second, third] = [20, 10, 10].map((lots) => place(engine, { side: 'sell', lots, limitTicks: 10_300 }))
    expect(close(engine, { lots: 12 })).toMatchObject({ ok: true, order: { lots: 12, status: 'filled' } })
    expect([first, second, third].map((placed) => placed?.order.status)).toEqual(['open', 'canceled', 'canceled'])
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 28, heldLots: 20 })
    expect(close(engine, { lots: 8 }).ok).toBe(true)
    expect(first?.order.status).toBe('open')
  })

  it('that is refused cancels nothing but uses up a number', () => {
    const engine = engineOf('| 101.00 | 900')
    give(engine, ANN, 40)
    const { order: sale } = place(engine, { side: 'sell', lots: 40, limitTicks: 10_300 })
    expect(close(engine)).toMatchObject({ ok: false, rejection: { code: 'NO_LIQUIDITY' }, order: { number: 2 } })
    engine.apply({ kind: 'market.status', symbol: 'VLNT', status: 'halted' }, START_MS)
    expect(close(engine)).toMatchObject({ ok: false, rejection: { code: 'MARKET_HALTED' }, order: { number: 3 } })
    expect(sale.status).toBe('open')
  })

  it('is refused without a position, and for more than the position', () => {
    const engine = engineHolding(4)
    const rejection = { code: 'REDUCE_ONLY_WOULD_INCREASE', maxLots: 4 }
    expect(close(engine, { lots: 5 })).toMatchObject({ ok: false, rejection })
    const empty = { ok: false, rejection: { ...rejection, maxLots: 0 }, order: { side: 'sell', lots: 0 } }
    expect(close(engineOf(MARKET))).toMatchObject(empty)
  })

  it('of a short buys it back', () => {
    const engine = engineOf(MARKET)
    toMargin(engine, ANN)
    engine.quantum(START_MS)
    place(engine, { side: 'sell', lots: 10 })
    place(engine, { side: 'buy', lots: 10, limitTicks: 9_500, reduceOnly: true })
    const plain = place(engine, { side: 'buy', lots: 10, limitTicks: 9_500 }).order
    expect(close(engine)).toMatchObject({ ok: true, order: { side: 'buy', lots: 10, status: 'filled' } })
    expect(engine.openOrders(ANN)).toEqual([plain])
  })
})

describe('protecting a position', () => {
  it('creates a pair of exits that hold it once, whose ids are their numbers', () => {
    const engine = engineHolding(10)
    const result = protect(engine, { takeProfit: { limitTicks: 10_300 }, stopLoss: { stopTicks: 9_500 } })
    const shared = { side: 'sell', lots: 10, reduceOnly: true, groupNumber: 1, parentNumber: undefined, source: 'web' }
    expect(result).toMatchObject({
      ok: true,
      takeProfit: { ...shared, number: 1, clientOrderId: '#1', role: 'take_profit', status: 'open', version: 1 },
      stopLoss: { ...shared, number: 2, clientOrderId: '#2', role: 'stop_loss', status: 'untriggered', version: 1 },
    })
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ heldLots: 10 })
    const { orders, accounts } = engine.drain()
    expect(orders.map(({ number }) => number)).toEqual([1, 2])
    expect(accounts.map(({ cause }) => cause)).toEqual(['order'])
  })

  it('replaces existing exits, including bracket legs, but no plain orders', () => {
    const engine = engineHolding(0)
    place(engine, { side: 'buy', lots: 10, limitTicks: 10_100, takeProfit: { limitTicks: 10_300 } })
    const legs = engine.openOrders(ANN)
    const { order: plain } = place(engine, { side: 'buy', lots: 1, limitTicks: 9_500 })
    expect(protect(engine, { lots: 6, stopLoss: { trailBps: 100 } })).toMatchObject({ ok: true, takeProfit: undefined })
    expect(legs).toMatchObject([{ status: 'canceled', reason: 'replaced' }])
    expect(engine.openOrders(ANN)).toMatchObject([plain, { type: 'trailing_stop', lots: 6, highWaterTicks: 10_100 }])
    expect(protect(engine, {})).toEqual({
      kind: 'position.protect',
      ok: true,
      takeProfit: undefined,
      stopLoss: undefined,
    })
    expect(engine.openOrders(ANN)).toEqual([plain])
    expect(engine.position(ANN, 'VLNT')?.heldLots).toBe(0)
  })

  it('leaves the held legs of a resting entry', () => {
    const engine = engineHolding(10)
    place(engine, { side: 'buy', lots: 10, limitTicks: 9_500, takeProfit: { limitTicks: 10_300 } })
    protect(engine, { stopLoss: { stopTicks: 9_000 } })
    expect(engine.openOrders(ANN).map(({ status }) => status)).toEqual(['open', 'held', 'untriggered'])
  })

  it('is all or nothing: a refused exit leaves the existing ones, and is named', () => {
    const engine = engineHolding(10)
    tradeAt(engine, 10_000)
    protect(engine, { takeProfit: { limitTicks: 10_300 }, stopLoss: { stopTicks: 9_500 } })
    const earlier = JSON.stringify(engine.openOrders(ANN))
    engine.drain()
    const takeProfit = { limitTicks: 10_400 }
    const refusedOf = (fields: Partial<ProtectPosition>) => {
      const result = protect(engine, fields)
      return result.ok ? undefined : [result.rejection.code, result.role]
    }
    expect(refusedOf({ takeProfit, stopLoss: { stopTicks: 10_000 } })).toEqual(['STOP_WOULD_TRIGGER', 'stop_loss'])
    expect(refusedOf({ takeProfit: { limitTicks: 9_000 } })).toEqual(['PRICE_BAND', 'take_profit'])
    expect(refusedOf({ lots: 11, takeProfit })).toEqual(['REDUCE_ONLY_WOULD_INCREASE', 'take_profit'])
    engine.apply({ kind: 'market.status', symbol: 'VLNT', status: 'halted' }, START_MS)
    expect(refusedOf({ takeProfit })).toEqual(['MARKET_HALTED', 'take_profit'])
    expect(JSON.stringify(engine.openOrders(ANN))).toBe(earlier)
    expect(engine.drain()).toEqual(NO_EVENTS)
    expect(engine.account(ANN)?.orderNumber).toBe(2)
  })

  it('counts the new exits without those that they replace', () => {
    const engine = engineOf(MARKET, { openOrdersMax: 2 })
    give(engine, ANN, 10)
    const pair = { takeProfit: { limitTicks: 10_300 }, stopLoss: { stopTicks: 9_500 } }
    expect([protect(engine, pair).ok, protect(engine, pair).ok]).toEqual([true, true])
    protect(engine, {})
    place(engine, { side: 'buy', lots: 1, limitTicks: 9_500 })
    expect(protect(engine, pair)).toMatchObject({
      ok: false,
      role: 'stop_loss',
      rejection: { code: 'MAX_OPEN_ORDERS' },
    })
  })

  it('needs a position, and lots that no other order holds', () => {
    const engine = engineHolding(10)
    place(engine, { side: 'sell', lots: 4, limitTicks: 10_300 })
    const stopLoss = { stopTicks: 9_500 }
    expect(protect(engine, { stopLoss })).toMatchObject({ ok: false, rejection: { maxLots: 6 }, role: 'stop_loss' })
    expect(protect(engine, { lots: 6, stopLoss }).ok).toBe(true)
    const none = { code: 'REDUCE_ONLY_WOULD_INCREASE', maxLots: 0 }
    expect(protect(engineOf(MARKET), { stopLoss })).toMatchObject({ ok: false, rejection: none, role: undefined })
    expect(protect(engineOf(MARKET), {}).ok).toBe(true)
  })

  it('with a trailing stop that begins tighter than its trail, until the market has caught up', () => {
    const engine = engineHolding(10)
    tradeAt(engine, 10_000)
    const { stopLoss } = stopOf(engine, { trailBps: 200, stopTicks: 9_850 })
    expect([stopLoss?.type, stopLoss?.status, stopLoss?.stopTicks]).toEqual(['trailing_stop', 'untriggered', 9_850])
    tradeAt(engine, 10_040)
    expect(stopLoss?.stopTicks).toBe(9_850)
    tradeAt(engine, 10_090)
    expect([stopLoss?.highWaterTicks, stopLoss?.stopTicks]).toEqual([10_090, 9_889])
  })

  it('with a trailing stop whose trail is already tighter than the price it may begin with', () => {
    const engine = engineHolding(10)
    tradeAt(engine, 10_000)
    const { stopLoss } = stopOf(engine, { trailBps: 100, stopTicks: 9_000 })
    expect(stopLoss).toMatchObject({ highWaterTicks: 10_000, stopTicks: 9_900 })
    const reached = protect(engine, { stopLoss: { trailBps: 100, stopTicks: 10_000 } })
    expect(reached).toMatchObject({ ok: false, role: 'stop_loss', rejection: { code: 'STOP_WOULD_TRIGGER' } })
  })

  it('with a take profit that fills at once leaves the rest, if any, to the stop', () => {
    const engine = engineHolding(40)
    const exits = { takeProfit: { limitTicks: 9_900 }, stopLoss: { stopTicks: 9_500 } }
    const first = protect(engine, exits)
    expect(first).toMatchObject({
      takeProfit: { status: 'partially_filled', filledLots: 30 },
      stopLoss: { status: 'untriggered', lots: 10 },
    })
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 10, heldLots: 10 })
    const second = protect(engine, { ...exits, takeProfit: { limitTicks: 9_800 } })
    expect(second).toMatchObject({
      takeProfit: { status: 'filled' },
      stopLoss: { status: 'canceled', reason: 'sibling_filled', lots: 10 },
    })
    expect(engine.account(ANN)?.cashCents).toBeGreaterThan(START_CENTS)
  })

  it('ends when one of the pair is filled', () => {
    const engine = engineHolding(10)
    protect(engine, { takeProfit: { limitTicks: 10_050 }, stopLoss: { stopTicks: 9_500 } })
    const [, stopLoss] = engine.openOrders(ANN)
    engine.house('VLNT').take('buy', 10, 10_050, START_MS)
    expect(stopLoss).toMatchObject({ status: 'canceled', reason: 'sibling_filled' })
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 0, heldLots: 0 })
  })
})
