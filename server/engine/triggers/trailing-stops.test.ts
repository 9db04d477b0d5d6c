import { describe, expect, it } from 'vitest'
import { ANN, engineOf, give, NO_EVENTS, place, refusalOf, START_MS, tradeAt } from '../engine.fixture.ts'
import type { Engine } from '../engine.ts'

const MARKET = `
  bid | price  | ask
      | 130.00 | 900
  900 |  70.00 |      `
const trailing = { type: 'trailing_stop' } as const

const engineHolding = (lots: number): Engine => {
  const engine = engineOf(MARKET)
  give(engine, ANN, lots)
  tradeAt(engine, 10_000)
  engine.drain()
  return engine
}

describe('a trailing stop', () => {
  it('to sell follows the highest trade since it was armed, and never falls', () => {
    const engine = engineHolding(10)
    const { order } = place(engine, { ...trailing, side: 'sell', lots: 10, trailTicks: 50 })
    expect(order).toMatchObject({ highWaterTicks: 10_000, stopTicks: 9_950, status: 'untriggered' })
    tradeAt(engine, 10_030)
    expect(order).toMatchObject({ highWaterTicks: 10_030, stopTicks: 9_980 })
    tradeAt(engine, 9_990)
    expect(order).toMatchObject({ highWaterTicks: 10_030, stopTicks: 9_980, status: 'untriggered' })
    tradeAt(engine, 9_980)
    expect(order).toMatchObject({ status: 'canceled', reason: 'no_liquidity' })
  })

  it('to buy follows the lowest trade, and its hold falls with it', () => {
    const engine = engineHolding(0)
    const { order } = place(engine, { ...trailing, side: 'buy', lots: 10, trailTicks: 50 })
    expect(order).toMatchObject({ highWaterTicks: 10_000, stopTicks: 10_050, heldCents: 105_530 + 53 })
    tradeAt(engine, 9_900)
    // The hold follows when the change is reported: until then, the stored order still holds the old amount.
    expect(order).toMatchObject({ highWaterTicks: 9_900, stopTicks: 9_950, heldCents: 105_583 })
    engine.quantum(START_MS + 1_000)
    // 99.50 plus 5 % is 104.475, rounded up.
    expect(order).toMatchObject({ heldCents: 104_533 })
    expect(engine.account(ANN)?.heldCents).toBe(104_533)
    tradeAt(engine, 9_949)
    expect(order.status).toBe('untriggered')
    tradeAt(engine, 9_950)
    expect(order.status).toBe('canceled')
  })

  it('trails by a fraction of its high-water price, rounded down, at least one tick', () => {
    const engine = engineHolding(10)
    const { order } = place(engine, { ...trailing, side: 'sell', lots: 10, trailBps: 25 })
    expect(order.stopTicks).toBe(9_975)
    tradeAt(engine, 10_119)
    // 25 bps of 101.19 is 0.2529.
    expect(order.stopTicks).toBe(10_094)
    const low = engineOf('900 | 0.50 |')
    give(low, ANN, 900)
    tradeAt(low, 60)
    expect(place(low, { ...trailing, side: 'sell', lots: 900, trailBps: 1 }).order.stopTicks).toBe(59)
  })

  it('starts at the mid price before the first trade, half a tick rounded up, and is refused without any price', () => {
    const engine = engineOf(`
      bid | price  | ask
          | 101.01 | 9
        9 | 100.00 |    `)
    const { order } = place(engine, { ...trailing, side: 'buy', lots: 1, trailTicks: 10 })
    expect([order.highWaterTicks, order.stopTicks]).toEqual([10_051, 10_061])
    expect(refusalOf(engineOf(), { ...trailing, side: 'buy', lots: 1, trailTicks: 10 })?.code).toBe('NO_LIQUIDITY')
    // One side alone is not a price, and this one would be too low.
    const cheap = engineOf('| 0.10 | 5')
    expect(refusalOf(cheap, { ...trailing, side: 'buy', lots: 1, trailTicks: 10 })?.code).toBe('NO_LIQUIDITY')
  })

  it('stays within the prices of the book', () => {
    const engine = engineHolding(20)
    expect(place(engine, { ...trailing, side: 'sell', lots: 10, trailTicks: 9_990 }).order.stopTicks).toBe(10)
    expect(refusalOf(engine, { ...trailing, side: 'sell', lots: 10, trailTicks: 50_000 })?.code).toBe('MIN_NOTIONAL')
    expect(place(engine, { ...trailing, side: 'buy', lots: 1, trailTicks: 95_000 }).order.stopTicks).toBe(100_000)
  })

  it('moves with a trade before it is compared with it: one sweep raises the high-water price and then triggers', () => {
    const engine = engineOf(`
      bid | price  | ask
          | 101.00 | 5
          | 100.00 | 5
      100 |  99.00 |    `)
    give(engine, ANN, 10)
    tradeAt(engine, 9_950)
    const { order } = place(engine, { ...trailing, side: 'sell', lots: 10, trailTicks: 60 })
    engine.house('VLNT').take('buy', 10, 10_100, START_MS)
    expect(order).toMatchObject({ status: 'untriggered', highWaterTicks: 10_100, stopTicks: 10_040 })
    tradeAt(engine, 10_040)
    expect(order).toMatchObject({ status: 'filled', filledTickLots: 10 * 9_900 })
  })

  it('reports a changed high-water price once a second, and with every other change', () => {
    const engine = engineHolding(10)
    const { order } = place(engine, { ...trailing, side: 'sell', lots: 10, trailTicks: 50 })
    engine.quantum(START_MS)
    engine.drain()
    tradeAt(engine, 10_010)
    tradeAt(engine, 10_020)
    expect(engine.drain().orders).toEqual([])
    engine.quantum(START_MS + 950)
    expect(engine.drain()).toEqual(NO_EVENTS)
    engine.quantum(START_MS + 1_000)
    const { orders, accounts } = engine.drain()
    expect(orders).toEqual([order])
    expect([order.version, accounts[0]?.cause]).toEqual([2, 'trade'])
    engine.quantum(START_MS + 2_000)
    expect(engine.drain()).toEqual(NO_EVENTS)
    tradeAt(engine, 10_030)
    engine.apply({ kind: 'order.amend', account: ANN, order: { number: order.number }, lots: 5 }, START_MS)
    engine.drain()
    engine.quantum(START_MS + 3_000)
    expect(engine.drain()).toEqual(NO_EVENTS)
  })

  it('reports a changed high-water price before the prices that changed it are saved', () => {
    const engine = engineHolding(10)
    const { order } = place(engine, { ...trailing, side: 'sell', lots: 10, trailTicks: 50 })
    engine.quantum(START_MS)
    tradeAt(engine, 10_010)
    engine.drain()
    engine.publishHighWaters(START_MS + 500)
    expect(engine.drain().orders).toEqual([order])
    tradeAt(engine, 10_020)
    engine.quantum(START_MS + 1_000)
    expect(engine.drain().orders).toEqual([])
    engine.quantum(START_MS + 1_500)
    expect(engine.drain().orders).toEqual([order])
  })
})
