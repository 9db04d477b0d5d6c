import { describe, expect, it } from 'vitest'
import { ANN, BEN, engineOf, give, NO_EVENTS, place, START_CENTS, START_MS } from './engine.fixture.ts'

const END_MS = START_MS + 1_000
const day = { timeInForce: 'day', expireAtMs: END_MS } as const
const gtd = { timeInForce: 'gtd', expireAtMs: END_MS } as const

describe('an order with an end', () => {
  it('rests until the first quantum at or past its end', () => {
    const engine = engineOf()
    const { order } = place(engine, { side: 'buy', lots: 10, limitTicks: 10_000, ...day })
    engine.drain()
    engine.quantum(END_MS - 1)
    expect([order.status, engine.drain()]).toEqual(['open', NO_EVENTS])
    engine.quantum(END_MS)
    expect(order).toMatchObject({ status: 'expired', reason: 'day_end', closedAtMs: END_MS, heldCents: 0, version: 2 })
    expect([engine.openOrders(ANN), engine.buyingPower(ANN)]).toEqual([[], START_CENTS])
    expect(engine.levels('VLNT', 'buy')).toEqual([])
    const { orders, accounts } = engine.drain()
    expect([orders, accounts.map(({ cause }) => cause)]).toEqual([[order], ['session']])
  })

  it('of the type gtd closes with the reason gtd', () => {
    const engine = engineOf()
    const { order } = place(engine, { side: 'buy', lots: 10, limitTicks: 10_000, ...gtd })
    engine.quantum(END_MS + 7)
    expect(order).toMatchObject({ status: 'expired', reason: 'gtd', closedAtMs: END_MS + 7 })
  })

  it('also expires while untriggered, and keeps its fills', () => {
    const engine = engineOf('5 | 99.00 |')
    give(engine, ANN, 10)
    const { order: stop } = place(engine, { type: 'stop', side: 'sell', lots: 4, stopTicks: 9_000, ...gtd })
    const { order: sale } = place(engine, { side: 'sell', lots: 6, limitTicks: 9_900, ...day })
    expect(sale.filledLots).toBe(5)
    engine.quantum(END_MS)
    expect([stop, sale]).toMatchObject([
      { status: 'expired', reason: 'gtd' },
      { status: 'expired', reason: 'day_end', filledLots: 5, lots: 6 },
    ])
    expect(engine.position(ANN, 'VLNT')).toMatchObject({ lots: 5, heldLots: 0 })
  })

  it('expires with its held legs, and a leg may expire before its entry', () => {
    const engine = engineOf()
    const exits = { takeProfit: { limitTicks: 11_000 }, stopLoss: { stopTicks: 9_000, expireAtMs: END_MS - 500 } }
    place(engine, { side: 'buy', lots: 10, limitTicks: 10_000, ...day, ...exits })
    const legs = engine.openOrders(ANN).slice(1)
    engine.quantum(END_MS - 500)
    expect(legs.map(({ status }) => status)).toEqual(['held', 'expired'])
    engine.quantum(END_MS)
    expect(legs[0]).toMatchObject({ status: 'canceled', reason: 'parent_closed' })
  })

  it('expires by time, then account, then number, unless it was closed before', () => {
    const engine = engineOf()
    const fields = { side: 'buy', lots: 1, limitTicks: 10_000 } as const
    place(engine, { account: BEN, ...fields, ...day })
    place(engine, { ...fields, ...day })
    const { order: canceled } = place(engine, { ...fields, ...day })
    place(engine, { ...fields, ...gtd, expireAtMs: END_MS - 1 })
    place(engine, { ...fields, ...day })
    engine.apply({ kind: 'order.cancel', account: ANN, order: { number: canceled.number } }, START_MS)
    engine.drain()
    engine.quantum(END_MS)
    expect(engine.drain().orders.map(({ account, number }) => [account, number])).toEqual([[ANN, 3], [ANN, 1], [ANN, 4], [BEN, 1]]) // prettier-ignore
  })

  it('waits for the next quantum when too many expire at once', () => {
    const engine = engineOf('', { endsPerQuantumMax: 2 })
    const fields = { side: 'buy', lots: 1, limitTicks: 10_000 } as const
    for (let count = 0; count < 5; count++) place(engine, { ...fields, ...day })
    const expiredIn = (timeMs: number) => {
      engine.drain()
      engine.quantum(timeMs)
      return engine.drain().orders.map(({ number }) => number)
    }
    expect(expiredIn(END_MS)).toEqual([1, 2])
    expect(expiredIn(END_MS + 50)).toEqual([3, 4])
    expect(expiredIn(END_MS + 100)).toEqual([5])
  })
})
