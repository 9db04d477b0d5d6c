import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readInstruments } from '../../instruments.ts'
import { readAmendment, readCents, readLots, readTicks, readTrailBps } from './order-decimals.ts'

const [listed] = readInstruments(fileURLToPath(new URL('../../../db/instruments.json', import.meta.url)))
const instrument = {
  tick: { decimals: 2, unit: 5 },
  lot: { decimals: 1, unit: 5 },
  spec: { ...listed!.spec, maxTicks: 10_000, minLots: 2, maxLots: 1_000 },
}

test('decimals are read as whole steps of their instrument', () => {
  expect(readLots('qty', '1.50', instrument)).toBe(3)
  expect(readTicks('limitPrice', '500', instrument)).toBe(10_000)
  expect(readTrailBps('trailPercent', '5')).toBe(500)
  expect(readTrailBps('trailPercent', '0.01')).toBe(1)
  expect(readTrailBps('trailPercent', '99.990')).toBe(9_999)
  expect(readCents('amount', '12.5')).toBe(1_250)
})

test.each([
  [readLots('qty', '1.3', instrument), 'lot', 'a multiple of 0.5', '1.5'],
  [readLots('qty', '0.5', instrument), 'min', 'at least 1.0'],
  [readLots('qty', '500.5', instrument), 'max', 'at most 500.0'],
  [readTicks('stopPrice', '1.06', instrument), 'tick', 'a multiple of 0.05', '1.05'],
  [readTicks('stopPrice', '0', instrument), 'min', 'at least 0.05'],
  [readTicks('stopPrice', '999999999999', instrument), 'max', 'at most 500.00'],
  [readTicks('stopPrice', '999999999999.99999999', instrument), 'tick', 'a multiple of 0.05', '500.00'],
  [readLots('qty', '0.1', instrument), 'lot', 'a multiple of 0.5', '1.0'],
  [readTicks('stopPrice', '-1', instrument), 'format', 'a decimal such as "101.25"'],
  [readCents('amount', '0.00'), 'min', 'at least 0.01'],
  [readCents('amount', '1000000000.01'), 'max', 'at most 1000000000.00'],
  [readCents('amount', '0.004'), 'format', 'an amount of whole cents', '0.01'],
  [readTrailBps('trailPercent', '0'), 'min', 'at least 0.01'],
  [readTrailBps('trailPercent', '100'), 'max', 'at most 99.99'],
  [readTrailBps('trailPercent', '1.234'), 'format', 'a percentage of two decimals at most', '1.23'],
])('an invalid decimal is refused with the reason: %o', (reading, rule, expected, nearest?: string) => {
  expect(reading).toMatchObject({ rule, expected, ...(nearest !== undefined && { nearest }) })
})

test('an amend is read in the steps of its order’s instrument; absent fields stay absent', () => {
  const all = { qty: '10', limitPrice: '1.05', stopPrice: '1', trailAmount: '0.5', trailPercent: '2.5' }
  const unfilled = { filledLots: 0 }
  expect(readAmendment(all, instrument, unfilled)).toEqual({
    ...{ lots: 20, limitTicks: 21, stopTicks: 20, trailTicks: 10, trailBps: 250 },
  })
  expect(readAmendment({ qty: '10' }, instrument, unfilled)).toEqual({ lots: 20 })
  expect(readAmendment({}, instrument, unfilled)).toEqual({})
  expect(readAmendment({ qty: '10', stopPrice: '1.01' }, instrument, unfilled)).toMatchObject({
    ...{ field: 'stopPrice', rule: 'tick', nearest: '1.00' },
  })
})

test('the new total of an amend may be less than the least quantity only if that much is filled', () => {
  const total = (qty: string, filledLots: number) => readAmendment({ qty }, instrument, { filledLots })
  expect([total('0', 0), total('0', 4), total('0.5', 1)]).toEqual([{ lots: 0 }, { lots: 0 }, { lots: 1 }])
  expect(total('0.5', 0)).toMatchObject({ field: 'qty', rule: 'min', expected: 'at least 1.0' })
  expect(total('0.3', 4)).toMatchObject({ field: 'qty', rule: 'lot', nearest: '1.0' })
})
