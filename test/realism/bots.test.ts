import { describe, expect, test } from 'vitest'
import { readInstruments } from '../../server/instruments.ts'
import { jumpChaser, makerAtTheTouch } from './bots.ts'
import { mean, variance } from './statistics.ts'

const LISTED = readInstruments('db/instruments.json')
const listed = (symbol: string) => LISTED.find(({ spec }) => spec.symbol === symbol)!

/** No simple bot has a steady income: docs/market-model.md, 7. Each of these had one, or would have it without fees. */
describe('a bot that is a tenth of a second late loses', () => {
  test.each(['NOVA', 'EUR-USD', 'VCN-USD'])('as a maker at the touch of %s', (symbol) => {
    expectLoss(makerAtTheTouch(listed(symbol), { hours: 4, seed: 5 }))
  })

  test.each(['NOVA', 'EUR-USD'])('when it chases the jumps of %s', (symbol) => {
    expectLoss(jumpChaser(listed(symbol), { jumps: 80, seed: 5 }))
  })
})

/** By three standard errors. */
function expectLoss(earned: Float64Array): void {
  expect(earned.length).toBeGreaterThan(3)
  expect(mean(earned)).toBeLessThan(-3 * Math.sqrt(variance(earned) / earned.length))
}
