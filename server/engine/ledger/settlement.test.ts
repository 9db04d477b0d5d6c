import { describe, expect, it } from 'vitest'
import { AssertionError } from '../assert.ts'
import { FEES, HOUSE, OUTSIDE } from '../command.ts'
import { Engine } from '../engine.ts'
import { marginEngineOf } from '../risk/margin.fixture.ts'
import { ANN, BEN, COIN, engineOf, give, orderOf, SHARE, START_CENTS, START_MS } from '../engine.fixture.ts'

/** Who received what from whom, and both balances afterward. */
const entriesOf = (engine: Engine) =>
  engine
    .drain()
    .entries.map(({ account, counter, kind, asset, amount, balanceAfter, counterBalanceAfter }) => [
      ...[account, counter, kind, asset, amount, balanceAfter, counterBalanceAfter],
    ])

describe('an entry', () => {
  it('of a new account comes from the outside account', () => {
    const engine = new Engine({ instruments: [SHARE], maxOpenOrdersPerInstrument: 1 })
    const open = { kind: 'account.open', account: ANN, name: 'Ann', startingCents: 500 } as const
    expect(engine.apply(open, START_MS)).toMatchObject({
      ok: true,
      account: { cashCents: 500, seq: 1, entryNumber: 1 },
    })
    expect(entriesOf(engine)).toEqual([[ANN, OUTSIDE, 'deposit', 'USD', 500, 500, undefined]])
    expect(engine.account(OUTSIDE)).toMatchObject({ cashCents: 0, entryNumber: 1 })
    expect(() => engine.apply(open, START_MS)).toThrow(AssertionError)
  })

  it('of a fill with the house moves cash and lots, and then the fee', () => {
    const engine = engineOf('| 100.00 | 50')
    engine.apply(orderOf({ side: 'buy', lots: 10, limitTicks: 10_000 }), START_MS)
    expect(entriesOf(engine)).toEqual([
      [ANN, HOUSE, 'trade', 'USD', -100_000, START_CENTS - 100_000, undefined],
      [ANN, HOUSE, 'trade', 'VLNT', 10, 10, undefined],
      [ANN, FEES, 'fee', 'USD', -50, START_CENTS - 100_050, undefined],
    ])
  })

  it('of a sale takes the lots and brings the cash', () => {
    const engine = engineOf('50 | 100.00 |')
    give(engine, ANN, 10)
    engine.apply(orderOf({ side: 'sell', lots: 4, limitTicks: 10_000 }), START_MS)
    expect(entriesOf(engine)).toEqual([
      [ANN, HOUSE, 'trade', 'USD', 40_000, START_CENTS + 40_000, undefined],
      [ANN, HOUSE, 'trade', 'VLNT', -4, 6, undefined],
      [ANN, FEES, 'fee', 'USD', -20, START_CENTS + 39_980, undefined],
    ])
  })

  it('between two users is direct, and each pays their own fee', () => {
    const engine = engineOf()
    give(engine, BEN, 10)
    engine.apply(orderOf({ account: BEN, side: 'sell', lots: 10, limitTicks: 10_000 }), START_MS)
    engine.drain()
    const result = engine.apply(orderOf({ side: 'buy', lots: 10, limitTicks: 10_000 }), START_MS)
    expect(result.ok && result.fills).toMatchObject([{ feeCents: 50, liquidity: 'taker', tradeId: 1_000_000_001 }])
    expect(entriesOf(engine)).toEqual([
      [ANN, BEN, 'trade', 'USD', -100_000, START_CENTS - 100_000, START_CENTS + 100_000],
      [ANN, BEN, 'trade', 'VLNT', 10, 10, 0],
      [ANN, FEES, 'fee', 'USD', -50, START_CENTS - 100_050, undefined],
      [BEN, FEES, 'fee', 'USD', -20, START_CENTS + 99_980, undefined],
    ])
    expect(engine.account(BEN)).toMatchObject({ cashCents: START_CENTS + 100_000 - 20, feesPaidCents: 20 })
    expect(engine.account(HOUSE)?.entryNumber).toBe(0)
    expect(engine.account(FEES)).toMatchObject({ cashCents: 0, entryNumber: 2 })
  })

  it('has a number in both accounts, and names both orders and fills', () => {
    const engine = engineOf()
    give(engine, BEN, 10)
    engine.apply(orderOf({ account: BEN, side: 'sell', lots: 10, limitTicks: 10_000 }), START_MS)
    engine.apply(orderOf({ side: 'buy', lots: 1, limitTicks: 9_900 }), START_MS)
    engine.apply(orderOf({ side: 'buy', lots: 1, limitTicks: 10_000 }), START_MS)
    // Both have a deposit as their first entry; Ann's order is her second, Ben's his first.
    const { entries } = engine.drain()
    expect(
      entries.map(({ account, number, counter, counterNumber }) => [account, number, counter, counterNumber]),
    ).toEqual([
      [ANN, 2, BEN, 2],
      [ANN, 3, BEN, 3],
      [ANN, 4, FEES, 1],
      [BEN, 4, FEES, 2],
    ])
    expect(
      entries.map((entry) => [entry.orderNumber, entry.fillNumber, entry.counterOrderNumber, entry.counterFillNumber]),
    ).toEqual([
      [2, 1, 1, 1],
      [2, 1, 1, 1],
      [2, 1, undefined, undefined],
      [1, 1, undefined, undefined],
    ])
  })

  it('with the house as taker is recorded from the user’s point of view', () => {
    const engine = engineOf()
    engine.apply(orderOf({ side: 'buy', lots: 10, limitTicks: 10_000 }), START_MS)
    engine.house('VLNT').take('sell', 4, 10_000, START_MS)
    expect(entriesOf(engine)).toEqual([
      [ANN, HOUSE, 'trade', 'USD', -40_000, START_CENTS - 40_000, undefined],
      [ANN, HOUSE, 'trade', 'VLNT', 4, 4, undefined],
      [ANN, FEES, 'fee', 'USD', -8, START_CENTS - 40_008, undefined],
    ])
  })
})

describe('fees', () => {
  it('are rounded up on the running total: many small fills cost no more than one', () => {
    const engine = engineOf('| 1.00 | 1 1 1 1 1 1 1 1 1 1')
    const result = engine.apply(orderOf({ side: 'buy', lots: 10, limitTicks: 100 }), START_MS)
    expect(result.ok && result.fills.map(({ feeCents }) => feeCents)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    expect(result.order.feesPaidCents).toBe(1)
    expect(engine.account(ANN)).toMatchObject({ cashCents: START_CENTS - 1_001, feesPaidCents: 1 })
    expect(entriesOf(engine).filter(([, , kind]) => kind === 'fee')).toEqual([
      [ANN, FEES, 'fee', 'USD', -1, START_CENTS - 101, undefined],
    ])
  })

  it('never exceed the hold, however a buy fills', () => {
    const engine = engineOf()
    engine.apply(orderOf({ side: 'buy', lots: 989, limitTicks: 10_100 }), START_MS)
    for (let at = 0; at < 989; at++) engine.house('VLNT').take('sell', 1, 1, START_MS)
    // 99,889.00 and the maker fee of 2 bps of it.
    expect(engine.account(ANN)).toMatchObject({ cashCents: START_CENTS - 9_988_900 - 1_998, heldCents: 0 })
  })

  it('of zero create no entry', () => {
    const free = { ...SHARE, makerBps: 0, takerBps: 0 }
    const engine = new Engine({ instruments: [free, COIN], maxOpenOrdersPerInstrument: 9 })
    engine.apply({ kind: 'account.open', account: ANN, name: 'Ann', startingCents: START_CENTS }, START_MS)
    engine.house('VLNT').place('sell', 10_000, 10, 0)
    engine.drain()
    engine.apply(orderOf({ side: 'buy', lots: 10, limitTicks: 10_000 }), START_MS)
    expect(entriesOf(engine).map(([, , kind]) => kind)).toEqual(['trade', 'trade'])
  })
})

describe('a position', () => {
  it('averages its cost; a sale takes its share of it, the last lot the rest', () => {
    const engine = engineOf(`
      bid | price  | ask
          | 100.01 | 2
          | 100.00 | 1
       3  |  99.00 |     `)
    engine.apply(orderOf({ side: 'buy', lots: 3, limitTicks: 10_001 }), START_MS)
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 3, costCents: 30_002, realizedCents: 0 })
    engine.apply(orderOf({ side: 'sell', lots: 1 }), START_MS)
    // 30,002 ÷ 3 is 10,000.67.
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 2, costCents: 20_001, realizedCents: 9_900 - 10_001 })
    engine.apply(orderOf({ side: 'sell', lots: 2 }), START_MS)
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 0, costCents: 0, realizedCents: 29_700 - 30_002 })
    expect(engine.account(ANN)?.realizedCents).toBe(29_700 - 30_002)
  })

  it('in a coin is valued by its cents per tick and lot', () => {
    const engine = engineOf()
    engine.house('VCN-USD').place('sell', 3_211, 10, 0)
    engine.apply(orderOf({ symbol: 'VCN-USD', side: 'buy', lots: 10, limitTicks: 3_211 }), START_MS)
    expect(engine.position(ANN, 'VCN-USD')?.costCents).toBe(64_220)
    expect(engine.account(ANN)?.cashCents).toBe(START_CENTS - 64_220 - 65)
  })

  it('may be short: its cost is what the sale brought, and buying back takes a share of that', () => {
    const engine = marginEngineOf(`
      bid | price  | ask
          | 101.00 | 2
       3  |  99.99 |     `)
    engine.apply(orderOf({ side: 'sell', lots: 3 }), START_MS)
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: -3, costCents: -29_997, realizedCents: 0 })
    engine.drain()
    engine.apply(orderOf({ side: 'buy', lots: 2 }), START_MS)
    // Two thirds of 29,997 are 19,998; they cost 20,200. The fees are 14.9985 + 10.1, each rounded up.
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: -1, costCents: -9_999, realizedCents: 19_998 - 20_200 })
    const cash = START_CENTS + 29_997 - 15 - 20_200
    expect(entriesOf(engine)).toEqual([
      [ANN, HOUSE, 'trade', 'USD', -20_200, cash, undefined],
      [ANN, HOUSE, 'trade', 'VLNT', 2, -1, undefined],
      [ANN, FEES, 'fee', 'USD', -11, cash - 11, undefined],
    ])
  })

  it('reversed by one fill is closed first, then opened with the rest', () => {
    const engine = marginEngineOf(`
      bid | price  | ask
          | 101.00 | 4
      10  | 100.00 |     `)
    engine.apply(orderOf({ side: 'buy', lots: 4 }), START_MS)
    engine.apply(orderOf({ side: 'sell', lots: 10 }), START_MS)
    // Four lots bought at 101.00 and sold at 100.00; the six sold at 100.00 are the new position's cost.
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: -6, costCents: -60_000, realizedCents: -400 })
    engine.house('VLNT').place('sell', 9_900, 9, 0)
    engine.apply(orderOf({ side: 'buy', lots: 9 }), START_MS)
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 3, costCents: 29_700, realizedCents: -400 + 600 })
    expect(engine.account(ANN)?.realizedCents).toBe(200)
  })
})
