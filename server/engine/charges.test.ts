import { expect, it } from 'vitest'
import { OUTSIDE } from './command.ts'
import { Engine } from './engine.ts'
import { marginEngineOf, markAt, toMargin } from './risk/margin.fixture.ts'
import { ANN, BEN, COIN, give, orderOf, SHARE, START_CENTS, START_MS } from './engine.fixture.ts'

const MARKET = `
  bid   | price  | ask
        | 100.10 | 1000
  1000  |  99.90 |      `

const charge = (engine: Engine, days: number) => engine.apply({ kind: 'margin.charge', days }, START_MS)
const entriesOf = (engine: Engine) =>
  engine.drain().entries.map(({ account, counter, kind, amount, balanceAfter }) => {
    return [account, counter, kind, amount, balanceAfter]
  })

it('debt pays interest per day of a 365-day year, rounded up once for all days charged together', () => {
  const engine = marginEngineOf(MARKET)
  engine.apply(orderOf({ side: 'buy', lots: 1_000 }), START_MS)
  engine.drain()
  // 150.05 at 8 % a year: 0.0329 a day, 0.9866 in thirty days.
  charge(engine, 1)
  expect(entriesOf(engine)).toEqual([[ANN, OUTSIDE, 'interest', -4, -15_009]])
  charge(engine, 30)
  // 150.09: 0.98689.
  const { accounts, ...events } = engine.drain()
  expect(events.entries).toMatchObject([
    { kind: 'interest', asset: 'USD', amount: -99, balanceAfter: -15_108, note: 'interest on 150.09 for 30 days' },
  ])
  expect(accounts[0]).toMatchObject({ account: { account: ANN, realizedCents: 0 }, cause: 'interest' })
})

it('debt pays the configured rate', () => {
  const engine = new Engine({ instruments: [SHARE], maxOpenOrdersPerInstrument: 9, interestBps: 3_650 })
  const open = { kind: 'account.open', account: ANN, name: 'Ann', startingCents: START_CENTS, mode: 'margin' } as const
  engine.apply(open, START_MS)
  Object.assign(engine.account(ANN)!, { cashCents: -100_000 })
  engine.drain()
  charge(engine, 1)
  expect(entriesOf(engine)).toEqual([[ANN, OUTSIDE, 'interest', -100, -100_100]])
})

it.each([
  {
    what: 'one cent of debt pays a cent, at the lowest rate',
    interestBps: 1,
    interest: [[ANN, OUTSIDE, 'interest', -1, -2]],
  },
  { what: 'a rate of 0 charges nothing', interestBps: 0, interest: [] },
])('$what', ({ interestBps, interest }) => {
  const engine = new Engine({ instruments: [SHARE], maxOpenOrdersPerInstrument: 9, interestBps })
  const open = { kind: 'account.open', account: ANN, name: 'Ann', startingCents: START_CENTS, mode: 'margin' } as const
  engine.apply(open, START_MS)
  Object.assign(engine.account(ANN)!, { cashCents: -1 })
  engine.drain()
  charge(engine, 1)
  expect(entriesOf(engine)).toEqual(interest)
})

it('a short pays a borrow fee on its value at the mark, per symbol, in the order of the instruments', () => {
  const engine = marginEngineOf(MARKET)
  give(engine, ANN, -10, COIN.symbol)
  give(engine, ANN, -500)
  engine.restore.mark(COIN.symbol, 5_000_000_000)
  charge(engine, 1)
  // 50,000.00 and 1,000.00 at 1.5 % a year are 2.0548 and 0.0411 a day.
  expect(entriesOf(engine)).toEqual([
    [ANN, OUTSIDE, 'borrow', -206, START_CENTS - 206],
    [ANN, OUTSIDE, 'borrow', -5, START_CENTS - 211],
  ])
  markAt(engine, 20_000)
  charge(engine, 3)
  // Three days of 100,000.00: 12.3288.
  expect(entriesOf(engine)[0]).toEqual([ANN, OUTSIDE, 'borrow', -1_233, START_CENTS - 211 - 1_233])
  charge(engine, 1)
  expect(engine.drain().entries.map(({ note }) => note)).toEqual([
    'borrow of VLNT worth 100000.00 for 1 day',
    'borrow of VCN-USD worth 1000.00 for 1 day',
  ])
})

it('accounts without debt pay nothing; accounts are charged by number', () => {
  const engine = marginEngineOf(MARKET)
  give(engine, ANN, 500)
  charge(engine, 1)
  expect(engine.drain()).toMatchObject({ entries: [], accounts: [] })
  toMargin(engine, BEN)
  give(engine, BEN, -1)
  give(engine, ANN, -1)
  engine.drain()
  charge(engine, 1)
  expect(entriesOf(engine).map(([account]) => account)).toEqual([ANN, BEN])
})

it('a charge may bring an account below its maintenance margin', () => {
  const engine = marginEngineOf(MARKET)
  give(engine, ANN, -1_000)
  // Equity is the maintenance of 1,000 short lots at 100.00, 25,000.00, plus the fee of one day, 4.11.
  Object.assign(engine.account(ANN)!, { cashCents: 12_500_000 + 411 })
  engine.quantum(START_MS)
  charge(engine, 1)
  engine.quantum(START_MS)
  expect(engine.account(ANN)?.marginState).toBe('warning')
  charge(engine, 1)
  engine.quantum(START_MS)
  expect(engine.account(ANN)?.marginState).toBe('liquidating')
})
