import { describe, expect, it } from 'vitest'
import { AssertionError } from './assert.ts'
import type { UpdateAccount } from './command.ts'
import { OUTSIDE } from './command.ts'
import type { Engine } from './engine.ts'
import { marginEngineOf, markAt } from './risk/margin.fixture.ts'
import { ANN, BEN, engineOf, give, NO_EVENTS, orderOf, START_CENTS, START_MS } from './engine.fixture.ts'

const MARKET = `
  bid   | price  | ask
        | 100.10 | 1000
  1000  |  99.90 |      `

const place = (engine: Engine, fields: Parameters<typeof orderOf>[0]) => engine.apply(orderOf(fields), START_MS)
const update = (engine: Engine, change: Omit<UpdateAccount, 'kind' | 'account'>) =>
  engine.apply({ kind: 'account.update', account: ANN, ...change }, START_MS)
const move = (engine: Engine, kind: 'account.deposit' | 'account.withdraw', cents: number) =>
  engine.apply({ kind, account: ANN, cents }, START_MS)
const reset = (engine: Engine, startingCents: number) =>
  engine.apply({ kind: 'account.reset', account: ANN, startingCents }, START_MS)

describe('a deposit', () => {
  it('comes from the outside account and is reported', () => {
    const engine = engineOf()
    const result = move(engine, 'account.deposit', 500)
    const entry = { account: ANN, counter: OUTSIDE, kind: 'deposit', asset: 'USD', amount: 500, number: 2 }
    expect(result).toMatchObject({ ok: true, entry: { ...entry, balanceAfter: START_CENTS + 500 } })
    const events = engine.drain()
    expect(events.entries).toMatchObject([entry])
    expect(events.accounts[0]).toMatchObject({ account: { account: ANN }, cause: 'deposit' })
    expect(() => move(engine, 'account.deposit', 0)).toThrow(AssertionError)
  })

  it('is accepted however large the deposits of all accounts are together', () => {
    const engine = engineOf()
    for (const account of [ANN, BEN]) {
      engine.apply({ kind: 'account.deposit', account, cents: 8e15 }, START_MS)
    }
    expect(engine.drain().entries).toHaveLength(2)
    expect(engine.account(OUTSIDE)).toMatchObject({ cashCents: 0, entryNumber: 4 })
  })
})

describe('a withdrawal', () => {
  it('takes at most what no order holds', () => {
    const engine = engineOf(MARKET)
    place(engine, { side: 'buy', lots: 10, limitTicks: 9_900 })
    engine.drain()
    // 990.00 and a fee of 0.50 are held.
    const free = START_CENTS - 99_050
    expect(move(engine, 'account.withdraw', free + 1)).toEqual({
      ...{ kind: 'account.withdraw', ok: false },
      rejection: { code: 'INSUFFICIENT_FUNDS', requiredCents: free + 1, availableCents: free },
    })
    expect(engine.drain()).toEqual(NO_EVENTS)
    const result = move(engine, 'account.withdraw', free)
    expect(result).toMatchObject({ ok: true, entry: { kind: 'withdraw', amount: -free, balanceAfter: 99_050 } })
    expect(engine.drain().accounts[0]).toMatchObject({ cause: 'withdraw' })
  })

  it('of a margin account leaves its margin, and cannot exceed its cash', () => {
    const engine = marginEngineOf(MARKET)
    place(engine, { side: 'sell', lots: 500 })
    // Equity is 99,925.02 less 25,000.00 of margin; the cash is 149,925.02.
    const free = 9_992_502 - 2_500_000
    expect(move(engine, 'account.withdraw', free + 1)).toMatchObject({ rejection: { availableCents: free } })
    expect(move(engine, 'account.withdraw', free)).toMatchObject({ ok: true })
    const long = marginEngineOf(MARKET)
    place(long, { side: 'buy', lots: 900 })
    // 90,090.00 and 45.05 of the cash are spent; 54,864.95 of the equity are free.
    const cash = START_CENTS - 9_009_000 - 4_505
    expect(move(long, 'account.withdraw', cash + 1)).toMatchObject({ rejection: { availableCents: cash } })
    place(long, { side: 'buy', lots: 99 })
    expect(move(long, 'account.withdraw', 1)).toMatchObject({
      rejection: { code: 'INSUFFICIENT_FUNDS', availableCents: 0 },
    })
  })
})

describe('an update', () => {
  it('of the name is reported; without a change it is not', () => {
    const engine = engineOf()
    expect(update(engine, { name: 'Anna' })).toMatchObject({ ok: true, account: { name: 'Anna', seq: 2 } })
    expect(engine.drain().accounts).toMatchObject([{ account: { account: ANN, name: 'Anna' }, cause: 'system' }])
    expect(update(engine, { name: 'Anna', mode: 'cash' })).toMatchObject({ ok: true })
    expect(engine.drain()).toEqual(NO_EVENTS)
  })

  it('to margin makes open orders hold margin, and back to cash, lots and cash', () => {
    const engine = engineOf(MARKET)
    engine.quantum(START_MS)
    give(engine, ANN, 100)
    place(engine, { side: 'sell', lots: 60, limitTicks: 10_050 })
    place(engine, { side: 'buy', lots: 10, limitTicks: 9_900 })
    engine.drain()
    update(engine, { mode: 'margin' })
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ heldLots: 0 })
    // 110 lots at 100.00, at an initial margin of half.
    expect(engine.marginFigures(ANN).marginUsedCents).toBe(550_000)
    expect(engine.drain()).toMatchObject({ orders: [], accounts: [{ account: { mode: 'margin' }, cause: 'system' }] })
    place(engine, { side: 'sell', lots: 30, limitTicks: 10_050, reduceOnly: true })
    expect(update(engine, { mode: 'cash' })).toMatchObject({ ok: true })
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ heldLots: 90 })
    expect(engine.buyingPower(ANN)).toBe(START_CENTS - 99_050)
    expect(place(engine, { side: 'sell', lots: 11, limitTicks: 10_050 })).toMatchObject({
      rejection: { code: 'INSUFFICIENT_POSITION', availableLots: 10 },
    })
  })

  it('to margin frees the lots that orders hold, and to cash takes them again', () => {
    const engine = engineOf(MARKET)
    give(engine, ANN, 1)
    const heldLots = () => engine.position(ANN, 'VLNT')?.heldLots
    place(engine, { side: 'sell', lots: 1, limitTicks: 10_050 })
    expect(heldLots()).toBe(1)
    update(engine, { mode: 'margin' })
    expect(heldLots()).toBe(0)
    update(engine, { mode: 'cash' })
    expect(heldLots()).toBe(1)
  })

  it('to cash is refused with a short, with debt, and with orders beyond what the account has', () => {
    const refused = { ok: false, rejection: { code: 'INSUFFICIENT_MARGIN' } }
    const short = marginEngineOf(MARKET)
    place(short, { side: 'sell', lots: 1 })
    expect(update(short, { mode: 'cash', name: 'No' })).toMatchObject(refused)
    expect(short.account(ANN)).toMatchObject({ mode: 'margin', name: 'Ann' })

    const indebted = marginEngineOf(MARKET)
    place(indebted, { side: 'buy', lots: 1_000 })
    expect(update(indebted, { mode: 'cash' })).toMatchObject(refused)
    move(indebted, 'account.deposit', 15_005)
    expect(update(indebted, { mode: 'cash' })).toMatchObject({ ok: true })

    const buying = marginEngineOf(MARKET)
    place(buying, { side: 'buy', lots: 1_000, limitTicks: 9_999 })
    const required = 9_999_000 + 5_000
    expect(update(buying, { mode: 'cash' })).toMatchObject({
      rejection: { code: 'INSUFFICIENT_MARGIN', requiredCents: required, availableCents: START_CENTS },
    })

    const selling = marginEngineOf(MARKET)
    give(selling, ANN, 10)
    place(selling, { side: 'sell', lots: 6, limitTicks: 10_050 })
    place(selling, { side: 'sell', lots: 5, limitTicks: 10_050, reduceOnly: true })
    expect(update(selling, { mode: 'cash' })).toMatchObject({ rejection: { requiredLots: 11, availableLots: 10 } })

    const waiting = marginEngineOf(MARKET)
    const entry = place(waiting, { side: 'sell', lots: 5, limitTicks: 10_050, takeProfit: { limitTicks: 9_000 } })
    give(waiting, ANN, 10)
    expect(entry.ok).toBe(true)
    expect(update(waiting, { mode: 'cash' })).toMatchObject(refused)
  })

  it('to cash ends the margin watch', () => {
    const engine = marginEngineOf(MARKET)
    place(engine, { side: 'buy', lots: 900 })
    engine.quantum(START_MS)
    update(engine, { mode: 'cash' })
    engine.drain()
    markAt(engine, 1)
    engine.quantum(START_MS)
    expect(engine.drain()).toEqual(NO_EVENTS)
  })
})

describe('a reset', () => {
  it('cancels orders, returns everything to the outside account and starts again', () => {
    const engine = marginEngineOf(MARKET)
    place(engine, { side: 'sell', lots: 10 })
    place(engine, { side: 'buy', lots: 4 })
    const { number } = place(engine, { side: 'buy', lots: 5, limitTicks: 9_900 }).order
    const before = engine.account(ANN)!.cashCents
    engine.drain()
    expect(reset(engine, 2_000_000)).toMatchObject({ ok: true, account: { resets: 1 } })
    expect(engine.account(ANN)).toMatchObject({
      ...{ name: 'Ann', mode: 'margin', marginState: 'ok', cashCents: 2_000_000, heldCents: 0 },
      ...{ realizedCents: 0, feesPaidCents: 0, orderNumber: 3, fillNumber: 2, entryNumber: 10 },
    })
    const events = engine.drain()
    expect(events.orders).toMatchObject([{ number, status: 'canceled', reason: 'reset' }])
    expect(events.entries.map(({ kind, asset, amount, balanceAfter }) => [kind, asset, amount, balanceAfter])).toEqual([
      ['reset', 'VLNT', 6, 0],
      ['reset', 'USD', -before, 0],
      ['reset', 'USD', 2_000_000, 2_000_000],
    ])
    expect(events.positions).toMatchObject([{ lots: 0, costCents: 0, realizedCents: 0, heldLots: 0 }])
    expect(events.accounts[0]).toMatchObject({ account: { account: ANN }, cause: 'reset' })
    expect(place(engine, { side: 'buy', lots: 5, limitTicks: 9_900 })).toMatchObject({ ok: true, order: { number: 4 } })
  })

  it('forgives a debt', () => {
    const engine = marginEngineOf(MARKET)
    Object.assign(engine.account(ANN)!, { cashCents: -700 })
    reset(engine, 100)
    expect(engine.drain().entries.map(({ amount }) => amount)).toEqual([700, 100])
  })

  it('leaves other accounts alone', () => {
    const engine = engineOf(MARKET)
    place(engine, { account: BEN, side: 'buy', lots: 5, limitTicks: 9_900 })
    reset(engine, 100)
    expect(engine.openOrders(BEN)).toHaveLength(1)
  })
})

describe('closing an account', () => {
  it('takes out orders, positions and cash, and forgets it', () => {
    const engine = marginEngineOf(MARKET)
    place(engine, { side: 'sell', lots: 500 })
    place(engine, { side: 'buy', lots: 10, limitTicks: 9_000 })
    engine.apply({ kind: 'cancelAfter', account: ANN, timeoutMs: 1_000, keepProtective: false }, START_MS)
    engine.drain()
    const { cashCents = 0 } = engine.account(ANN) ?? {}
    expect(engine.apply({ kind: 'account.close', account: ANN }, START_MS)).toEqual({ kind: 'account.close', ok: true })
    expect(engine.account(ANN)).toBeUndefined()
    const events = engine.drain()
    expect(events.orders).toMatchObject([{ status: 'canceled', reason: 'reset' }])
    expect(events.positions).toMatchObject([{ lots: 0, costCents: 0, realizedCents: 0 }])
    expect(events.entries).toMatchObject([
      { kind: 'reset', amount: 500, counter: OUTSIDE },
      { kind: 'reset', asset: 'USD', amount: -cashCents, balanceAfter: 0 },
    ])
    expect(events.accounts).toMatchObject([
      { account: { account: ANN, isClosed: true, name: 'Closed', cashCents: 0 } },
      {},
    ])
    expect(events.deadMen).toMatchObject([{ account: ANN, atMs: undefined }])
    // Neither its switch nor its margin is looked at any more.
    markAt(engine, 20_000)
    engine.quantum(START_MS + 2_000)
    expect(engine.drain().accounts.filter(({ account }) => account.account === ANN)).toEqual([])
    expect(() => move(engine, 'account.deposit', 1)).toThrow(AssertionError)
  })

  it('works without anything in it, and changes nobody else', () => {
    const engine = engineOf(MARKET)
    move(engine, 'account.withdraw', START_CENTS)
    engine.drain()
    engine.apply({ kind: 'account.close', account: ANN }, START_MS)
    const { entries, accounts } = engine.drain()
    expect(entries).toEqual([])
    expect(accounts).toMatchObject([{ account: { account: ANN, isClosed: true } }])
    expect(engine.account(BEN)).toMatchObject({ cashCents: START_CENTS })
  })
})
