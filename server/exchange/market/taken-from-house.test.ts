import { expect, test } from 'vitest'
import { ANN, BEN, engineOf, place } from '../../engine/engine.fixture.ts'
import { takenFromHouse } from './taken-from-house.ts'

test('a taker moves the price by what it takes from the house, not by what it takes from other users', () => {
  const engine = engineOf(`
    bid | price  | ask
        | 100.02 | 1000
        | 100.00 |`)
  place(engine, { account: ANN, side: 'buy', lots: 50 })
  engine.drain()
  place(engine, { account: ANN, side: 'sell', type: 'limit', limitTicks: 10_001, timeInForce: 'gtc', lots: 10 })
  place(engine, { account: BEN, side: 'buy', lots: 30 })
  const { fills } = engine.drain()
  expect(fills.map(({ account, liquidity, lots }) => [account, liquidity, lots])).toEqual([
    [BEN, 'taker', 10],
    [ANN, 'maker', 10],
    [BEN, 'taker', 20],
  ])
  expect(takenFromHouse(fills).map(({ account, lots }) => [account, lots])).toEqual([[BEN, 20]])
})
