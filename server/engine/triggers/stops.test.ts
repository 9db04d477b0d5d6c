import { describe, expect, it } from 'vitest'
import {
  ANN,
  BEN,
  engineOf,
  give,
  orderOf,
  place,
  refusalOf,
  SHARE,
  START_CENTS,
  START_MS,
  tradeAt,
} from '../engine.fixture.ts'

const MARKET = `
  bid | price  | ask
      | 103.00 | 500
      | 102.00 | 40
      | 101.00 | 60
  100 |  99.00 |
  100 |  98.00 |      `

const stop = { type: 'stop' } as const
const stopLimit = { type: 'stop_limit' } as const

describe('a stop', () => {
  it('waits outside the book and holds its trigger plus band plus fee; a sell holds its lots', () => {
    const engine = engineOf(MARKET)
    give(engine, ANN, 10)
    const { order, fills } = place(engine, { ...stop, side: 'buy', lots: 10, stopTicks: 10_150 })
    expect(fills).toEqual([])
    // 101.50 plus 5 % is 106.575, rounded up to 106.58; ten of them, and a fee of 0.5329, rounded up.
    expect(order).toMatchObject({ status: 'untriggered', priority: 1, heldCents: 106_580 + 54, stopTicks: 10_150 })
    expect(engine.levels('VLNT', 'buy', 1)).toEqual([[9_900, 100]])
    expect(engine.queueAhead(order)).toBeUndefined()
    place(engine, { ...stop, side: 'sell', lots: 7, stopTicks: 9_800 })
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 10, heldLots: 7 })
    expect(refusalOf(engine, { side: 'sell', lots: 4 })?.code).toBe('INSUFFICIENT_POSITION')
  })

  it('to buy triggers at a trade at or above its price and executes as a market order', () => {
    const engine = engineOf(MARKET)
    const { order } = place(engine, { ...stop, side: 'buy', lots: 70, stopTicks: 10_050 })
    tradeAt(engine, 10_049)
    expect(order.status).toBe('untriggered')
    engine.drain()
    tradeAt(engine, 10_050)
    expect(order).toMatchObject({
      status: 'filled',
      filledTickLots: 60 * 10_100 + 10 * 10_200,
      heldCents: 0,
      version: 2,
    })
    const { trades, orders, accounts } = engine.drain()
    expect(trades.map(({ ticks, lots }) => [ticks, lots])).toEqual([[10_050, 1], [10_100, 60], [10_200, 10]]) // prettier-ignore
    expect(orders).toEqual([order])
    expect(accounts.find(({ account }) => account.account === ANN)?.cause).toBe('trigger')
  })

  it('to sell triggers at a trade at or below its price', () => {
    const engine = engineOf(MARKET)
    give(engine, ANN, 50)
    const { order } = place(engine, { ...stop, side: 'sell', lots: 50, stopTicks: 9_950 })
    tradeAt(engine, 9_951)
    expect(order.status).toBe('untriggered')
    tradeAt(engine, 9_950)
    expect(order).toMatchObject({ status: 'filled', filledTickLots: 50 * 9_900 })
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 0, heldLots: 0 })
  })

  it('does not trade beyond the band; the rest is canceled, as for any market order', () => {
    const engine = engineOf(`
      bid | price  | ask
          | 120.00 | 50
          | 101.00 | 5
      100 |  99.00 |      `)
    const { order } = place(engine, { ...stop, side: 'buy', lots: 8, stopTicks: 10_050 })
    tradeAt(engine, 10_050)
    expect(order).toMatchObject({ status: 'canceled', reason: 'no_liquidity', filledLots: 5, lots: 8 })
    expect(engine.account(ANN)?.heldCents).toBe(0)
  })

  it('that the last trade (or, before any trade, the mid price) has already reached is refused', () => {
    const engine = engineOf(MARKET)
    give(engine, ANN, 10)
    const reached = { code: 'STOP_WOULD_TRIGGER', lastTicks: 10_000 }
    expect(refusalOf(engine, { ...stop, side: 'buy', lots: 1, stopTicks: 10_000 })).toEqual(reached)
    expect(refusalOf(engine, { ...stop, side: 'sell', lots: 1, stopTicks: 10_000 })).toEqual(reached)
    place(engine, { ...stop, side: 'buy', lots: 1, stopTicks: 10_001 })
    tradeAt(engine, 9_950)
    expect(refusalOf(engine, { ...stop, side: 'sell', lots: 1, stopTicks: 9_950 })).toEqual({ ...reached, lastTicks: 9_950 }) // prettier-ignore
    place(engine, { ...stop, side: 'buy', lots: 1, stopTicks: 9_951 })
    expect(engineOf().apply(orderOf({ ...stop, side: 'buy', lots: 1, stopTicks: 1 }), START_MS).ok).toBe(false)
    place(engineOf(), { ...stop, side: 'buy', lots: 1, stopTicks: 100 })
  })

  it('above the highest price of the book is refused', () => {
    const above = SHARE.maxTicks + 1
    const band = { code: 'PRICE_BAND', lowTicks: 9_500, highTicks: 10_500 }
    expect(refusalOf(engineOf(MARKET), { ...stop, side: 'buy', lots: 1, stopTicks: above })).toEqual(band)
    const fields = { ...stopLimit, side: 'buy', lots: 1, stopTicks: 10_100, limitTicks: above } as const
    expect(refusalOf(engineOf(MARKET), fields)).toEqual(band)
  })

  it('has its minimum value and its cost computed at its trigger', () => {
    const engine = engineOf(MARKET)
    expect(refusalOf(engineOf(), { ...stop, side: 'buy', lots: 1, stopTicks: 99 })?.code).toBe('MIN_NOTIONAL')
    const rejection = refusalOf(engine, { ...stop, side: 'buy', lots: 950, stopTicks: 10_050 })
    // 950 × 105.53, and 5 bps.
    expect(rejection).toEqual({ code: 'INSUFFICIENT_FUNDS', requiredCents: 10_025_350 + 5_013, availableCents: START_CENTS }) // prettier-ignore
  })

  it('that a cash account can no longer fully pay for is reduced to what its hold and free cash pay for', () => {
    const engine = engineOf(`
      bid | price  | ask
          | 109.00 | 5000
          | 100.01 | 1
      100 |  99.00 |        `)
    const { order } = place(engine, { ...stop, side: 'buy', lots: 949, stopTicks: 10_001 })
    engine.house('VLNT').take('buy', 1, 10_001, START_MS)
    // Its hold was for 105.02; 916 × 109.00 and a fee of 49.93 are 99,893.93.
    expect(order).toMatchObject({
      status: 'canceled',
      reason: 'no_liquidity',
      filledLots: 916,
      lots: 949,
      heldCents: 0,
    })
    expect(engine.account(ANN)).toMatchObject({ cashCents: START_CENTS - 9_989_393, heldCents: 0 })
  })
})

describe('a stop-limit', () => {
  it('holds cash for its limit; when triggered, it trades up to that and rests', () => {
    const engine = engineOf(MARKET)
    const { order } = place(engine, { ...stopLimit, side: 'buy', lots: 70, stopTicks: 10_050, limitTicks: 10_100 })
    expect(order.heldCents).toBe(707_000 + 354)
    tradeAt(engine, 10_050)
    expect(order).toMatchObject({ status: 'partially_filled', filledLots: 60, priority: 2, heldCents: 101_000 + 51 })
    expect(engine.levels('VLNT', 'buy', 1)).toEqual([[10_100, 10]])
  })

  it('without a match at its limit rests as an open order', () => {
    const engine = engineOf(MARKET)
    const { order } = place(engine, { ...stopLimit, side: 'buy', lots: 5, stopTicks: 10_050, limitTicks: 10_000 })
    tradeAt(engine, 10_060)
    expect(order).toMatchObject({ status: 'open', filledLots: 0, limitTicks: 10_000 })
    expect(engine.queueAhead(order)).toBe(0)
  })

  it('ioc cancels its rest', () => {
    const engine = engineOf(MARKET)
    const fields = {
      ...stopLimit,
      side: 'buy',
      lots: 70,
      stopTicks: 10_050,
      limitTicks: 10_100,
      timeInForce: 'ioc',
    } as const
    const { order } = place(engine, fields)
    tradeAt(engine, 10_050)
    expect(order).toMatchObject({ status: 'canceled', reason: 'ioc_remainder', filledLots: 60 })
  })

  it('with a limit beyond the band trades inside the band and never rests crossed', () => {
    const engine = engineOf(`
      bid | price  | ask
          | 120.00 | 50
          | 101.00 | 5
      100 |  99.00 |      `)
    const fields = { ...stopLimit, side: 'buy', lots: 8, stopTicks: 10_050, limitTicks: 12_500 } as const
    const { order } = place(engine, fields)
    tradeAt(engine, 10_050)
    expect(order).toMatchObject({ status: 'canceled', reason: 'no_liquidity', filledLots: 5 })
    expect(engine.levels('VLNT', 'sell')).toEqual([[12_000, 50]])
  })
})

describe('one trade', () => {
  it('triggers everything it reaches, in the order of arming', () => {
    const engine = engineOf(MARKET)
    const far = place(engine, { ...stop, side: 'buy', lots: 60, stopTicks: 10_040 }).order
    const near = place(engine, { ...stop, account: BEN, side: 'buy', lots: 10, stopTicks: 10_020 }).order
    tradeAt(engine, 10_050)
    expect([far.filledTickLots / 60, near.filledTickLots / 10]).toEqual([10_100, 10_200])
  })

  it('by a triggered order triggers the next, in the same operation', () => {
    const engine = engineOf(MARKET)
    const second = place(engine, { ...stop, account: BEN, side: 'buy', lots: 50, stopTicks: 10_200 }).order
    const first = place(engine, { ...stop, side: 'buy', lots: 61, stopTicks: 10_050 }).order
    tradeAt(engine, 10_050)
    expect([first.status, second.status]).toEqual(['filled', 'filled'])
    expect(second.filledTickLots).toBe(39 * 10_200 + 11 * 10_300)
  })

  it('of a user triggers stops of others and of the same user', () => {
    const engine = engineOf(MARKET)
    const bens = place(engine, { ...stop, account: BEN, side: 'buy', lots: 1, stopTicks: 10_100 }).order
    const anns = place(engine, { ...stop, side: 'buy', lots: 1, stopTicks: 10_200 }).order
    const { fills } = place(engine, { side: 'buy', lots: 60, limitTicks: 10_100 })
    expect(fills).toHaveLength(1)
    expect([bens.status, anns.status]).toEqual(['filled', 'filled'])
  })

  it('does not trigger a stop armed after it', () => {
    const engine = engineOf(MARKET)
    tradeAt(engine, 10_050)
    const { order } = place(engine, { ...stop, side: 'buy', lots: 1, stopTicks: 10_060 })
    engine.quantum(START_MS)
    expect(order.status).toBe('untriggered')
  })

  it('does not trigger a canceled stop', () => {
    const engine = engineOf(MARKET)
    const { order } = place(engine, { ...stop, side: 'buy', lots: 1, stopTicks: 10_050 })
    engine.apply({ kind: 'order.cancel', account: ANN, order: { number: order.number } }, START_MS)
    tradeAt(engine, 10_060)
    expect(order).toMatchObject({ status: 'canceled', reason: 'user', filledLots: 0, heldCents: 0 })
  })
})
