import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { feesOn } from '../ledger/fees.ts'
import { ANN, COIN, engineOf, give, place, refusalOf, SHARE, START_MS } from '../engine.fixture.ts'
import { affordableLots } from './payable.ts'

const MARKET = `
  bid | price  | ask
      | 120.00 | 900
      | 102.00 | 40
      | 101.00 | 10
   20 |  99.00 |
   30 |  98.00 |      `

describe('what a budget can pay', () => {
  it('is the most lots whose value and fee do not exceed it', () => {
    const level = fc.tuple(
      fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 1_000_000 })),
      fc.integer({ min: 1, max: 60 }),
    )
    const terms = fc.record({
      centsPerTickLot: fc.integer({ min: 1, max: 9 }),
      feeBps: fc.integer({ min: 0, max: 500 }),
    })
    // So many lots, to the cent, or a cent more or less: elsewhere an estimate is right by itself.
    const budget = fc.tuple(fc.nat(360), fc.integer({ min: -1, max: 1 }))
    fc.assert(
      fc.property(fc.array(level, { maxLength: 6 }), terms, budget, (fills, terms, [some, more]) => {
        const prices = fills.flatMap(([ticks, lots]) => Array.from({ length: lots }, () => ticks))
        const costOf = (lots: number) => {
          const value = prices.slice(0, lots).reduce((sum, ticks) => sum + ticks * terms.centsPerTickLot, 0)
          return value + feesOn(value * terms.feeBps)
        }
        const cents = Math.max(0, costOf(Math.min(some, prices.length)) + more)
        const lots = affordableLots(fills, { cents, ...terms })
        expect(costOf(lots)).toBeLessThanOrEqual(cents)
        if (lots < prices.length) expect(costOf(lots + 1)).toBeGreaterThan(cents)
      }),
      { numRuns: 300 },
    )
  })
})

describe('where a double is off by its last place', () => {
  const priced = (ticks: number, lots: number, feeBps: number, cents: number) =>
    affordableLots([[ticks, lots]], { cents, centsPerTickLot: 1, feeBps })

  it('a budget that is spent to the cent still pays all', () => {
    // 300.99 ÷ 1.0033 is 300.00, and as a double a little less.
    expect([priced(10_000, 9, 33, 30_099), priced(10_000, 9, 33, 30_098)]).toEqual([3, 2])
  })

  it('one that lacks a cent does not', () => {
    expect(priced(1, 1e12, 27, 564_812_782_963 + 1_524_994_514)).toBe(564_812_782_962)
    expect(priced(1, 1e12, 27, 564_812_782_963 + 1_524_994_515)).toBe(564_812_782_963)
  })
})

describe('a notional market order', () => {
  it('buys the most lots whose value and fee do not exceed it', () => {
    const engine = engineOf(MARKET)
    // 10 × 101.00 + 3 × 102.00 is 1,316.00, and 0.658 of fee.
    const { order } = place(engine, { side: 'buy', lots: 0, notionalCents: 131_666 })
    expect(order).toMatchObject({ status: 'filled', lots: 13, filledLots: 13, feesPaidCents: 66 })
    expect(engine.preview({ ...orderOfCents(131_665), side: 'buy' })).toMatchObject({ ok: true })
    expect(place(engineOf(MARKET), { side: 'buy', lots: 0, notionalCents: 131_665 }).order.lots).toBe(12)
  })

  it('sells the most lots whose value, without the fee, does not exceed it', () => {
    const engine = engineOf(MARKET)
    give(engine, ANN, 50)
    const { order } = place(engine, { side: 'sell', lots: 0, notionalCents: 20 * 9_900 + 5 * 9_800 + 9_799 })
    expect(order).toMatchObject({ status: 'filled', lots: 25 })
  })

  it('is limited by the liquidity inside the band', () => {
    const engine = engineOf(MARKET)
    const { order } = place(engine, { side: 'buy', lots: 0, notionalCents: 9_000_000 })
    expect(order).toMatchObject({ status: 'filled', lots: 50 })
  })

  it('needs at least one lot, whose value counts the cents of a tick', () => {
    const engine = engineOf()
    engine.house(COIN.symbol).place('sell', 5_000, 9, 0)
    // 100.00 and a fee of 10 bps.
    const order = { symbol: COIN.symbol, side: 'buy', lots: 0 } as const
    expect(refusalOf(engine, { ...order, notionalCents: 10_009 })).toEqual({ code: 'MIN_NOTIONAL', minCents: 10_010 })
    expect(place(engine, { ...order, notionalCents: 10_010 }).order.lots).toBe(1)
  })

  it('is not too small when nothing is offered inside the price band', () => {
    const engine = engineOf(`
      100 | 99.00 |
          | 120.00 | 50`)
    expect(refusalOf(engine, { side: 'buy', lots: 0, notionalCents: 100_000 })).toEqual({ code: 'NO_LIQUIDITY' })
  })

  it('is refused for less than one lot, without sellers, and without enough money', () => {
    // A lot costs 101.00 and a fee of 0.0505, the minimum for a buy. Sold, it brings 99.00.
    const small = { code: 'MIN_NOTIONAL', minCents: 10_106 }
    expect(refusalOf(engineOf(MARKET), { side: 'buy', lots: 0, notionalCents: 10_104 })).toEqual(small)
    expect(place(engineOf(MARKET), { side: 'buy', lots: 0, notionalCents: 10_106 }).order.lots).toBe(1)
    expect(refusalOf(engineOf(MARKET), { side: 'sell', lots: 0, notionalCents: 9_899 })?.minCents).toBe(9_900)
    const penny = { code: 'MIN_NOTIONAL', minCents: SHARE.minNotionalCents }
    expect(refusalOf(engineOf('| 0.60 | 500'), { side: 'buy', lots: 0, notionalCents: 50 })).toEqual(penny)
    expect(refusalOf(engineOf(), { side: 'buy', lots: 0, notionalCents: 10_104 })).toEqual({ code: 'NO_LIQUIDITY' })
    const rich = engineOf('| 101.00 | 9000')
    const rejection = refusalOf(rich, { side: 'buy', lots: 0, notionalCents: 20_000_000 })
    expect(rejection?.code).toBe('INSUFFICIENT_FUNDS')
    expect(rich.apply({ ...orderOfCents(100), side: 'buy' }, START_MS)).toMatchObject({ ok: false, order: { lots: 0 } })
  })

  it('skips orders of its own account', () => {
    const engine = engineOf(MARKET)
    give(engine, ANN, 10)
    const { order: own } = place(engine, { side: 'sell', lots: 10, limitTicks: 10_050 })
    const { order } = place(engine, { side: 'buy', lots: 0, notionalCents: 131_666 })
    expect([order.lots, order.status, own.reason]).toEqual([13, 'filled', 'self_trade'])
  })
})

const orderOfCents = (notionalCents: number) =>
  ({
    kind: 'order.place',
    account: ANN,
    clientOrderId: `cents-${notionalCents}`,
    symbol: 'VLNT',
    type: 'market',
    lots: 0,
    notionalCents,
    limitTicks: 0,
    timeInForce: 'ioc',
    postOnly: false,
    selfTrade: 'cancel_maker',
    source: 'api',
  }) as const
