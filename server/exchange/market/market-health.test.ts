import { expect, test } from 'vitest'
import { ANN, engineOf, orderOf, START_MS } from '../../engine/engine.fixture.ts'
import { marketHealth } from './market-health.ts'

const BOOK = `
  bid | price  | ask
      | 100.30 |  70
      | 100.02 |  40
  100 | 100.00 |
   20 |  99.95 |
   90 |  99.50 | `

const look = (engine = engineOf(BOOK), referenceTicks = 10_001) =>
  marketHealth({ engine, symbol: 'VLNT', referenceTicks, nearTicks: 10 })

test('counts the orders of each side, users’ separately, and the lots near the mid price', () => {
  const engine = engineOf(BOOK)
  engine.apply(orderOf({ side: 'buy', lots: 5, limitTicks: 10_000 }), START_MS)
  engine.apply(orderOf({ account: ANN, side: 'buy', lots: 6, limitTicks: 9_000 }), START_MS)
  // An untriggered stop is in no book.
  engine.apply(orderOf({ side: 'buy', type: 'stop', lots: 1, stopTicks: 10_200 }), START_MS)
  expect(look(engine)).toMatchObject({
    buy: { orders: 5, usersOrders: 2, depthLots: 125 },
    sell: { orders: 2, usersOrders: 0, depthLots: 40 },
  })
})

test('reports the spread, and how far the mid price is from the makers’ reference price', () => {
  expect(look(engineOf(BOOK), 10_000)).toMatchObject({
    spreadTicks: 2,
    deviation: expect.closeTo(0.0001, 10) as number,
  })
  expect(look(engineOf(BOOK), 20_002)).toMatchObject({ deviation: -0.5 })
})

test('with an empty side there is no mid price: depth is counted from the best price', () => {
  const health = look(engineOf('100 | 100.00 |\n 7 | 99.90 |\n 8 | 99.89 |'))
  expect(health).toMatchObject({ spreadTicks: undefined, deviation: undefined })
  expect(health.buy).toEqual({ orders: 3, usersOrders: 0, depthLots: 107 })
  expect(health.sell).toEqual({ orders: 0, usersOrders: 0, depthLots: 0 })
})

test('reports the mark price after the first two-sided quantum, and a halt', () => {
  const engine = engineOf(BOOK)
  expect(look(engine)).toMatchObject({ markTicks: undefined, isHalted: false })
  engine.quantum(START_MS + 50)
  engine.apply({ kind: 'market.status', symbol: 'VLNT', status: 'halted' }, START_MS + 50)
  expect(look(engine)).toMatchObject({ markTicks: 10_001, isHalted: true })
})
