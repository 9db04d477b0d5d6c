import { expect, test } from 'vitest'
import { ANN, floorOf, orderOf, START_MS } from '../../engine/engine.fixture.ts'
import { marketHealth } from './market-health.ts'

const BOOK = `
  bid | price  | ask
      | 100.30 |  70
      | 100.02 |  40
  100 | 100.00 |
   20 |  99.95 |
   90 |  99.50 | `

const look = (engine = floorOf(BOOK), referenceTicks = 10_001) =>
  marketHealth({ engine, symbol: 'VLNT', referenceTicks, nearTicks: 10 })

test('counts the orders of each side, people’s apart, and the lots near the middle', () => {
  const engine = floorOf(BOOK)
  engine.apply(orderOf({ side: 'buy', lots: 5, limitTicks: 10_000 }), START_MS)
  engine.apply(orderOf({ account: ANN, side: 'buy', lots: 6, limitTicks: 9_000 }), START_MS)
  // One that waits for its price is in no book.
  engine.apply(orderOf({ side: 'buy', type: 'stop', lots: 1, stopTicks: 10_200 }), START_MS)
  expect(look(engine)).toMatchObject({
    buy: { orders: 5, peoplesOrders: 2, depthLots: 125 },
    sell: { orders: 2, peoplesOrders: 0, depthLots: 40 },
  })
})

test('tells the spread, and how far the middle is from where the makers see the price', () => {
  expect(look(floorOf(BOOK), 10_000)).toMatchObject({ spreadTicks: 2, deviation: expect.closeTo(0.0001, 10) as number })
  expect(look(floorOf(BOOK), 20_002)).toMatchObject({ deviation: -0.5 })
})

test('with an empty side there is no middle: depth is counted from the best price', () => {
  const health = look(floorOf('100 | 100.00 |\n 7 | 99.90 |\n 8 | 99.89 |'))
  expect(health).toMatchObject({ spreadTicks: undefined, deviation: undefined })
  expect(health.buy).toEqual({ orders: 3, peoplesOrders: 0, depthLots: 107 })
  expect(health.sell).toEqual({ orders: 0, peoplesOrders: 0, depthLots: 0 })
})

test('the mark is there after the first quantum with two sides, and a halt is told', () => {
  const engine = floorOf(BOOK)
  expect(look(engine)).toMatchObject({ markTicks: undefined, isHalted: false })
  engine.quantum(START_MS + 50)
  engine.apply({ kind: 'market.status', symbol: 'VLNT', status: 'halted' }, START_MS + 50)
  expect(look(engine)).toMatchObject({ markTicks: 10_001, isHalted: true })
})
