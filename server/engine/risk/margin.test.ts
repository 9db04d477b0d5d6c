import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Engine } from '../engine.ts'
import { ANN, BEN, COIN, engineOf, give, orderOf, SHARE, START_CENTS, START_MS } from '../engine.fixture.ts'
import { shareRoundedUp } from './margin.ts'
import { marginEngineOf, markAt, toMargin } from './margin.fixture.ts'

/** The share has an initial margin of 50 % and a maintenance margin of 25 %; the mark is 100.00. */
const MARKET = `
  bid   | price  | ask
        | 104.00 | 5000
        | 100.10 | 1000
  1000  |  99.90 |
  5000  |  96.00 |      `

const place = (engine: Engine, fields: Parameters<typeof orderOf>[0]) => engine.apply(orderOf(fields), START_MS)
const rejectionOf = (engine: Engine, fields: Parameters<typeof orderOf>[0]) => {
  const result = place(engine, fields)
  return result.ok ? undefined : result.rejection
}
const leave = (engine: Engine, cents: number) =>
  engine.apply({ kind: 'account.withdraw', account: ANN, cents: START_CENTS - cents }, START_MS)

describe('equity and margin', () => {
  it('of a long position follow the mark', () => {
    const engine = marginEngineOf(MARKET)
    place(engine, { side: 'buy', lots: 1_000 })
    // 100,100.00 and a fee of 50.05 for a position worth 100,000.00 at the mark.
    expect(engine.account(ANN)?.cashCents).toBe(-15_005)
    expect(engine.marginFigures(ANN)).toEqual({
      equityCents: 9_984_995,
      unrealizedCents: -10_000,
      marginUsedCents: 5_000_000,
      positionMarginCents: 5_000_000,
      maintenanceCents: 2_500_000,
    })
    expect(engine.buyingPower(ANN)).toBe(4_984_995)
    markAt(engine, 10_100)
    expect(engine.marginFigures(ANN)).toMatchObject({ equityCents: 10_084_995, marginUsedCents: 5_050_000 })
  })

  it('of a short compare its value with the cash that it brought', () => {
    const engine = marginEngineOf(MARKET)
    place(engine, { side: 'sell', lots: 500 })
    // 49,950.00 less 24.98, against a liability of 50,000.00 at the mark.
    expect(engine.marginFigures(ANN)).toEqual({
      equityCents: START_CENTS + 4_995_000 - 2_498 - 5_000_000,
      unrealizedCents: -5_000,
      marginUsedCents: 2_500_000,
      positionMarginCents: 2_500_000,
      maintenanceCents: 1_250_000,
    })
  })

  it('are as before once an order is canceled, even one of a single lot', () => {
    const engine = marginEngineOf(MARKET)
    const before = engine.marginFigures(ANN)
    for (const side of ['buy', 'sell'] as const) {
      const { number } = place(engine, { side, lots: 1, limitTicks: 10_000 }).order
      expect(engine.marginFigures(ANN)).toMatchObject({ marginUsedCents: 5_000, positionMarginCents: 0 })
      engine.apply({ kind: 'order.cancel', account: ANN, order: { number } }, START_MS)
      expect(engine.marginFigures(ANN)).toEqual(before)
    }
  })

  it('use the larger of what open buys and open sells could lead to', () => {
    const engine = marginEngineOf(MARKET)
    const used = () => engine.marginFigures(ANN).marginUsedCents
    const buy = place(engine, { side: 'buy', lots: 300, limitTicks: 9_980 }).order
    expect(used()).toBe(1_500_000)
    place(engine, { side: 'sell', lots: 200, limitTicks: 10_020 })
    expect(used()).toBe(1_500_000)
    place(engine, { side: 'sell', lots: 250, limitTicks: 10_020 })
    expect(used()).toBe(2_250_000)
    // 100 were bought: the remaining buys could still make it 300, the sells a short of 350.
    engine.house('VLNT').take('sell', 1_100, 9_980, START_MS)
    expect(engine.order(ANN, buy.number)?.filledLots).toBe(100)
    expect(engine.marginFigures(ANN)).toMatchObject({ marginUsedCents: 1_750_000, positionMarginCents: 500_000 })
    engine.apply({ kind: 'order.cancelAll', account: ANN, side: 'sell' }, START_MS)
    expect(used()).toBe(1_500_000)
    place(engine, { side: 'sell', lots: 100, limitTicks: 10_020, reduceOnly: true })
    expect(used()).toBe(1_500_000)
    engine.apply({ kind: 'order.amend', account: ANN, order: { number: buy.number }, lots: 150 }, START_MS)
    expect(used()).toBe(750_000)
  })

  it('of a cash account are 0, and its buying power is its free cash', () => {
    const engine = engineOf(MARKET)
    engine.quantum(START_MS)
    place(engine, { side: 'buy', lots: 100 })
    place(engine, { side: 'buy', lots: 10, limitTicks: 9_900 })
    expect(engine.marginFigures(ANN)).toMatchObject({
      marginUsedCents: 0,
      maintenanceCents: 0,
      unrealizedCents: -1_000,
    })
    // 10,010.00 and 5.01 for the lots; 990.00 and 0.50 held.
    expect(engine.buyingPower(ANN)).toBe(START_CENTS - 1_001_501 - 99_050)
  })

  it('are the same after a restart', () => {
    const engine = marginEngineOf(MARKET)
    place(engine, { side: 'buy', lots: 300, limitTicks: 9_980 })
    place(engine, { side: 'sell', lots: 700 })
    const restarted = new Engine({ instruments: [SHARE, COIN], maxOpenOrdersPerInstrument: 9 })
    restarted.restore.account({ ...engine.account(ANN)!, heldCents: 0 })
    for (const position of engine.positions(ANN)) restarted.restore.position({ ...position, heldLots: 0 })
    for (const order of engine.openOrders(ANN)) restarted.restore.order(order)
    markAt(restarted, 10_000)
    expect(restarted.marginFigures(ANN)).toEqual(engine.marginFigures(ANN))
    expect(restarted.marginFigures(ANN).marginUsedCents).toBe(3_500_000)
  })
})

describe('an order on margin', () => {
  it('is accepted up to the free margin, including its own margin and fee', () => {
    const engine = marginEngineOf(MARKET)
    // At the mark a lot uses 50.00 and may cost a fee of 0.05: 1,999 are one too many.
    expect(rejectionOf(engine, { side: 'buy', lots: 1_999, limitTicks: 10_000 })).toEqual({
      code: 'INSUFFICIENT_MARGIN',
      requiredCents: 1_999 * 5_000 + 9_995,
      availableCents: START_CENTS,
    })
    expect(rejectionOf(engine, { side: 'buy', lots: 1_998, limitTicks: 10_000 })).toBeUndefined()
    expect(engine.buyingPower(ANN)).toBe(START_CENTS - 9_990_000)
  })

  it('must cover how much worse than the mark its limit, trigger or walk through the book is', () => {
    const engine = marginEngineOf(MARKET)
    leave(engine, 1)
    const requiredBy = (fields: Parameters<typeof orderOf>[0]) => rejectionOf(engine, fields)?.requiredCents
    expect(requiredBy({ side: 'buy', lots: 100, limitTicks: 10_005 })).toBe(500_000 + 501 + 500)
    expect(requiredBy({ side: 'buy', lots: 100, limitTicks: 9_995 })).toBe(500_000 + 500)
    expect(requiredBy({ side: 'sell', lots: 100, limitTicks: 9_995 })).toBe(500_000 + 500 + 500)
    expect(requiredBy({ side: 'sell', lots: 100, limitTicks: 10_005 })).toBe(500_000 + 501)
    // 1,000 at 100.10 and 500 at 104.00 are 2,100.00 worse than 1,500 at 100.00.
    expect(requiredBy({ side: 'buy', lots: 1_500 })).toBe(7_500_000 + 7_605 + 210_000)
    const stop = { type: 'stop', timeInForce: 'gtc', limitTicks: 0, stopTicks: 10_200 } as const
    expect(requiredBy({ side: 'buy', lots: 100, ...stop })).toBe(500_000 + 510 + 20_000)
    // A mark of 100.005: three lots at 100.01 are worse by a cent and a half, which is two.
    markAt(engine, 10_000.5)
    expect(requiredBy({ side: 'buy', lots: 3, limitTicks: 10_001 })).toBe(15_001 + 16 + 2)
    expect(requiredBy({ side: 'sell', lots: 3, limitTicks: 10_000 })).toBe(15_001 + 15 + 2)
  })

  it('leaves exactly nothing free in its worst case', () => {
    const engine = marginEngineOf(MARKET)
    leave(engine, 7_717_604)
    expect(rejectionOf(engine, { side: 'buy', lots: 1_500 })).toMatchObject({ availableCents: 7_717_604 })
    engine.apply({ kind: 'account.deposit', account: ANN, cents: 1 }, START_MS)
    expect(rejectionOf(engine, { side: 'buy', lots: 1_500 })).toBeUndefined()
    expect(engine.buyingPower(ANN)).toBe(0)
  })

  it('that increases no position needs nothing', () => {
    const engine = marginEngineOf(MARKET)
    place(engine, { side: 'buy', lots: 1_000 })
    markAt(engine, 20)
    // −150.05 plus the position's 200.00, less half of those.
    expect(engine.buyingPower(ANN)).toBe(-5_005)
    expect(rejectionOf(engine, { side: 'buy', lots: 1, limitTicks: 9_900 })?.code).toBe('INSUFFICIENT_MARGIN')
    expect(rejectionOf(engine, { side: 'sell', lots: 2_000, limitTicks: 10_050 })).toBeUndefined()
    expect(rejectionOf(engine, { side: 'sell', lots: 1, limitTicks: 10_050 })?.code).toBe('INSUFFICIENT_MARGIN')
  })

  it('that replaces another can use that one’s margin, too', () => {
    const engine = marginEngineOf(MARKET)
    const { number } = place(engine, { side: 'buy', lots: 1_998, limitTicks: 10_000 }).order
    const amend = (change: { lots?: number; limitTicks?: number }) =>
      engine.apply({ kind: 'order.amend', account: ANN, order: { number }, ...change }, START_MS)
    expect(amend({ limitTicks: 9_999 })).toMatchObject({ ok: true, priorityKept: false })
    const required = 1_999 * 5_000 + 9_995
    expect(amend({ lots: 1_999 })).toMatchObject({
      rejection: { requiredCents: required, availableCents: START_CENTS },
    })
  })

  it('can only short a shortable instrument that has a mark', () => {
    const engine = new Engine({ instruments: [{ ...SHARE, shortable: false }], maxOpenOrdersPerInstrument: 9 })
    const open = {
      kind: 'account.open',
      account: ANN,
      name: 'Ann',
      startingCents: START_CENTS,
      mode: 'margin',
    } as const
    engine.apply(open, START_MS)
    give(engine, ANN, 10)
    expect(rejectionOf(engine, { side: 'sell', lots: 11, limitTicks: 10_000 })).toEqual({ code: 'SHORT_NOT_ALLOWED' })
    expect(rejectionOf(engine, { side: 'sell', lots: 10, limitTicks: 10_000 })).toBeUndefined()
    expect(rejectionOf(engine, { side: 'sell', lots: 1, limitTicks: 10_000 })).toEqual({ code: 'SHORT_NOT_ALLOWED' })

    const unmarked = engineOf()
    toMargin(unmarked, ANN)
    give(unmarked, ANN, 10)
    const short = { side: 'sell', lots: 11, limitTicks: 10_000 } as const
    expect(rejectionOf(unmarked, short)).toEqual({ code: 'INSUFFICIENT_MARGIN' })
    // Without a mark lots have no value, and a buy must be paid in full.
    const buy = { side: 'buy', limitTicks: 10_000 } as const
    expect(rejectionOf(unmarked, { ...buy, lots: 1_000 })?.requiredCents).toBe(10_005_000)
    expect(rejectionOf(unmarked, { ...buy, lots: 999 })).toBeUndefined()
  })
})

describe('the price of liquidation', () => {
  it('of a long that must be paid for whole is the highest there is, once it owes anything', () => {
    const whole = { ...SHARE, initialMarginBps: 10_000, maintenanceMarginBps: 10_000 }
    const engine = new Engine({ instruments: [whole], maxOpenOrdersPerInstrument: 9 })
    engine.restore.account({ ...marginEngineOf(MARKET).account(ANN)!, cashCents: -1 })
    give(engine, ANN, 100)
    expect(engine.liquidationTicks(ANN, 'VLNT')).toBe(SHARE.maxTicks)
    Object.assign(engine.account(ANN)!, { cashCents: 0 })
    expect(engine.liquidationTicks(ANN, 'VLNT')).toBeUndefined()
  })

  it('is where equity meets maintenance, rounded toward the mark', () => {
    const engine = marginEngineOf(MARKET)
    place(engine, { side: 'buy', lots: 1_000 })
    // −150.05 + 1,000 p = 250 p at p = 20.007 ticks.
    expect(engine.liquidationTicks(ANN, 'VLNT')).toBe(21)
    const short = marginEngineOf(MARKET)
    place(short, { side: 'sell', lots: 500 })
    // 149,925.02 − 500 p = 125 p at p = 23,988.0032.
    expect(short.liquidationTicks(ANN, 'VLNT')).toBe(23_988)
  })

  it.each([
    { lots: 1, cashCents: -7_500, ticks: 10_000 },
    { lots: 1, cashCents: -7_501, ticks: 10_002 },
    { lots: -1, cashCents: 12_500, ticks: 10_000 },
    { lots: -1, cashCents: 12_499, ticks: 9_999 },
  ])('of one lot ($lots) with $cashCents cents is $ticks', ({ lots, cashCents, ticks }) => {
    const engine = marginEngineOf(MARKET)
    give(engine, ANN, lots)
    Object.assign(engine.account(ANN)!, { cashCents })
    expect(engine.liquidationTicks(ANN, 'VLNT')).toBe(ticks)
  })

  it('takes the other positions into account', () => {
    const engine = marginEngineOf(MARKET)
    engine.restore.mark('VCN-USD', 5_000_000_000)
    place(engine, { side: 'buy', lots: 1_000 })
    give(engine, ANN, 10, 'VCN-USD')
    // Ten coins at 100.00: 1,000.00 less 250.00 covers the debt.
    expect(engine.liquidationTicks(ANN, 'VLNT')).toBeUndefined()
    expect(engine.liquidationTicks(ANN, 'VCN-USD')).toBeUndefined()
    give(engine, ANN, -2_000, 'VCN-USD')
    // −150.05 − 200,000.00 − 50,000.00 + 750 p = 0 at p = 33,353.34.
    expect(engine.liquidationTicks(ANN, 'VLNT')).toBe(33_354)
    // −150.05 + 100,000.00 − 25,000.00 = 5,000 p at p = 1,496.999.
    expect(engine.liquidationTicks(ANN, 'VCN-USD')).toBe(1_496)
  })

  it('does not exist without a position, for a cash account, or beyond the prices of the book', () => {
    const engine = marginEngineOf(MARKET)
    expect(engine.liquidationTicks(ANN, 'VLNT')).toBeUndefined()
    place(engine, { side: 'buy', lots: 100 })
    expect(engine.liquidationTicks(ANN, 'VLNT')).toBeUndefined()
    place(engine, { side: 'sell', lots: 150 })
    // 100,000.00 for 50 lots: they could rise to 160,000 ticks.
    expect(engine.liquidationTicks(ANN, 'VLNT')).toBeUndefined()
    give(engine, BEN, 10)
    expect(engine.liquidationTicks(BEN, 'VLNT')).toBeUndefined()
  })
})

it('a fraction in basis points is rounded up exactly', () => {
  expect([shareRoundedUp(0, 2_500), shareRoundedUp(1, 1), shareRoundedUp(40_000, 2_500)]).toEqual([0, 1, 10_000])
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
      fc.integer({ min: 1, max: 10_000 }),
      (cents, bps) => {
        expect(shareRoundedUp(cents, bps)).toBe(Number((BigInt(cents) * BigInt(bps) + 9_999n) / 10_000n))
      },
    ),
  )
})
