import { describe, expect, it } from 'vitest'
import type { SetDeadMan } from './command.ts'
import { Engine } from './engine.ts'
import { ANN, BEN, COIN, engineOf, give, NO_EVENTS, place, SHARE, START_MS } from './engine.fixture.ts'

const deadMan = (fields: Partial<SetDeadMan> = {}): SetDeadMan => ({
  kind: 'cancelAfter',
  account: ANN,
  timeoutMs: 5_000,
  keepProtective: false,
  ...fields,
})

it('orders that nobody is there for go as by the switch: what protects a position stays, and the switch too', () => {
  const engine = engineOf()
  give(engine, ANN, 10)
  const { order } = place(engine, { side: 'buy', lots: 1, limitTicks: 10_000 })
  const stop = { type: 'stop', side: 'sell', stopTicks: 9_000, lots: 4 } as const
  const [kept, plain] = [true, false].map((reduceOnly) => place(engine, { ...stop, reduceOnly }).order)
  engine.apply(deadMan(), START_MS)
  engine.apply({ kind: 'order.cancelAll', account: ANN, abandoned: true }, START_MS)
  expect([order, kept, plain]).toMatchObject([
    { reason: 'dead_man' },
    { status: 'untriggered' },
    { reason: 'dead_man' },
  ])
  expect(engine.armedDeadMen()).toHaveLength(1)
})

describe("a dead man's switch", () => {
  it('cancels the open orders of its account at the first quantum at or past its time, and is off', () => {
    const engine = engineOf()
    const { order } = place(engine, { side: 'buy', lots: 1, limitTicks: 10_000 })
    const { order: stop } = place(engine, { type: 'stop', side: 'buy', lots: 1, stopTicks: 11_000 })
    const { order: bens } = place(engine, { account: BEN, side: 'buy', lots: 1, limitTicks: 10_000 })
    engine.drain()
    expect(engine.apply(deadMan(), START_MS)).toEqual({ kind: 'cancelAfter', ok: true, atMs: START_MS + 5_000 })
    const set = { account: ANN, symbols: undefined, keepProtective: false }
    expect(engine.drain()).toEqual({ ...NO_EVENTS, deadMen: [{ ...set, atMs: START_MS + 5_000 }] })
    engine.quantum(START_MS + 4_999)
    expect(engine.drain()).toEqual(NO_EVENTS)
    engine.quantum(START_MS + 5_010)
    expect([order, stop]).toMatchObject([{ status: 'canceled', reason: 'dead_man' }, { reason: 'dead_man' }])
    expect(bens.status).toBe('open')
    const { deadMen, orders, accounts } = engine.drain()
    expect([deadMen, orders]).toEqual([[{ ...set, atMs: undefined }], [order, stop]])
    expect(accounts.map(({ cause }) => cause)).toEqual(['cancel'])
    place(engine, { side: 'buy', lots: 1, limitTicks: 10_000 })
    engine.quantum(START_MS + 60_000)
    expect(engine.openOrders(ANN)).toHaveLength(1)
  })

  it('set again goes off later, and set to nothing not at all', () => {
    const engine = engineOf()
    const { order } = place(engine, { side: 'buy', lots: 1, limitTicks: 10_000 })
    engine.apply(deadMan(), START_MS)
    engine.apply(deadMan(), START_MS + 4_000)
    engine.quantum(START_MS + 5_000)
    expect(order.status).toBe('open')
    expect(engine.apply(deadMan({ timeoutMs: 0 }), START_MS + 6_000).atMs).toBeUndefined()
    engine.drain()
    engine.apply(deadMan({ timeoutMs: 0 }), START_MS + 6_000)
    expect(engine.drain()).toEqual(NO_EVENTS)
    engine.quantum(START_MS + 60_000)
    expect(order.status).toBe('open')
  })

  it('means only its symbols, and may keep the stops that protect a position', () => {
    const engine = engineOf()
    give(engine, ANN, 10)
    const { order: coin } = place(engine, { symbol: COIN.symbol, side: 'buy', lots: 1, limitTicks: 10_000 })
    const protective = { type: 'stop', side: 'sell', stopTicks: 9_000 } as const
    const { order: kept } = place(engine, { ...protective, lots: 4, reduceOnly: true })
    const { order: plain } = place(engine, { ...protective, lots: 4 })
    const { order: resting } = place(engine, { side: 'sell', lots: 2, limitTicks: 11_000, reduceOnly: true })
    engine.apply(deadMan({ symbols: ['VLNT'], keepProtective: true }), START_MS)
    engine.quantum(START_MS + 5_000)
    expect([coin, kept, plain, resting].map(({ status }) => status)).toEqual(['open', 'untriggered', 'canceled', 'canceled']) // prettier-ignore
  })

  it('goes off by its time, then its account', () => {
    const engine = engineOf()
    for (const account of [BEN, ANN]) {
      place(engine, { account, side: 'buy', lots: 1, limitTicks: 10_000 })
      engine.apply(deadMan({ account }), START_MS)
    }
    engine.drain()
    engine.quantum(START_MS + 5_000)
    expect(engine.drain().deadMen.map(({ account }) => account)).toEqual([ANN, BEN])
  })

  it('goes off whole, and waits for the next quantum where enough orders have ended', () => {
    const engine = engineOf('', { endsPerQuantumMax: 3 })
    place(engine, { side: 'buy', lots: 1, limitTicks: 9_000, timeInForce: 'gtd', expireAtMs: START_MS + 5_000 })
    for (const account of [ANN, ANN, ANN, BEN]) place(engine, { account, side: 'buy', lots: 1, limitTicks: 10_000 })
    for (const account of [ANN, BEN]) engine.apply(deadMan({ account }), START_MS)
    const endedIn = (timeMs: number) => {
      engine.drain()
      engine.quantum(timeMs)
      return engine.drain().orders.map(({ account, number }) => [account, number])
    }
    expect(endedIn(START_MS + 5_000)).toEqual([[ANN, 1], [ANN, 2], [ANN, 3], [ANN, 4]]) // prettier-ignore
    expect(endedIn(START_MS + 5_050)).toEqual([[BEN, 1]])
  })

  it('stands still while nobody could set it again, and over a restart', () => {
    const before = engineOf()
    before.apply(deadMan({ symbols: ['VLNT'] }), START_MS)
    before.apply(deadMan({ account: BEN, timeoutMs: 3_000 }), START_MS)
    const stored = before.drain().deadMen
    const after = new Engine({ instruments: [SHARE, COIN], maxOpenOrdersPerInstrument: 9 })
    for (const account of before.accounts()) after.restore.account({ ...account, heldCents: 0 })
    for (const switched of stored) after.restore.deadMan(switched)
    after.restore.deadMan({ account: BEN, atMs: undefined, symbols: undefined, keepProtective: true })
    expect(after.drain()).toEqual(NO_EVENTS)
    after.postponeDeadMen(10_000)
    expect(after.drain().deadMen.map(({ account, atMs }) => [account, atMs])).toEqual([
      [BEN, START_MS + 13_000],
      [ANN, START_MS + 15_000],
    ])
    const { order } = place(after, { side: 'buy', lots: 1, limitTicks: 10_000 })
    after.quantum(START_MS + 14_999)
    expect(order.status).toBe('open')
    after.quantum(START_MS + 15_000)
    expect(order.reason).toBe('dead_man')
  })
})
