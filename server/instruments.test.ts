import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkInstrument } from './engine/instrument.ts'
import { afterSplits, isTradable, readInstruments } from './instruments.ts'

const FILE = fileURLToPath(new URL('../db/instruments.json', import.meta.url))

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'valiant-instruments-'))))
afterAll(() => rmSync(folder, { recursive: true }))

/** The shipped file with one thing changed in its first instrument. */
function changed(change: Record<string, unknown>): string {
  const [first, ...rest] = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, unknown>[]
  const file = join(folder, 'instruments.json')
  writeFileSync(file, JSON.stringify([{ ...first, ...change }, ...rest]))
  return file
}

describe('the shipped instruments', () => {
  const listed = readInstruments(FILE)

  it('are sixteen of three classes', () => {
    expect(listed).toHaveLength(16)
    expect(new Set(listed.map(({ wire }) => wire.assetClass)).size).toBe(3)
  })

  it('have fills that are worth whole cents', () => {
    const cents = Object.fromEntries(listed.map(({ spec }) => [spec.symbol, spec.centsPerTickLot]))
    expect(cents).toMatchObject({ NOVA: 2, QILL: 5, 'EUR-USD': 5, 'VCN-USD': 2, 'AUR-USD': 1, 'NIM-USD': 1 })
  })
})

describe('a file that breaks a rule is refused, by instrument and rule', () => {
  it.each([
    [{ startPrice: '84.005' }, /VLNT: startPrice 84.005 is not on the tick/],
    [{ tickSize: '0.03' }, /VLNT: startPrice × sigmaDay/],
    [{ tickSize: '0.015' }, /VLNT: (tickSize|startPrice)/],
    [{ lotSize: '0.1' }, /not a whole number of cents/],
    [{ symbol: 'MERI' }, /twice/],
    [{ colour: 'red' }, /colour/],
    [{ symbol: 'USD' }, /USD: USD is the money of accounts/],
    [{ symbol: 'GBP-EUR' }, /GBP-EUR: prices are in USD/],
    [{ maintenanceMarginBps: 5_001 }, /VLNT: maintenanceMarginBps must not exceed initialMarginBps/],
  ])('%j', (change, message) => {
    expect(() => readInstruments(changed(change))).toThrow(message)
  })
})

describe('an instrument after a split', () => {
  const listed = readInstruments(FILE)
  const after = (...splits: [number, number][]) =>
    afterSplits(
      listed,
      splits.map(([numerator, denominator]) => ({ symbol: 'VLNT', numerator, denominator })),
    )
  const [before] = listed

  it('has half the price and twice the sizes when two become of one, and its book reaches no less far', () => {
    const [split, next] = after([2, 1])
    expect(split?.startTicks).toBe((before?.startTicks ?? 0) / 2)
    expect(split?.sizeMultiplier).toBe((before?.sizeMultiplier ?? 0) * 2)
    expect(split?.spec).toEqual(before?.spec)
    expect(next).toBe(listed[1])
  })

  it('has a book that reaches higher after a reverse split, as far as all stays exact', () => {
    const [split] = after([1, 2])
    expect(split?.spec.maxTicks).toBe((before?.spec.maxTicks ?? 0) * 2)
    const [far] = after([1, 10], [1, 1_000])
    expect(far?.spec.maxTicks).toBeLessThan((before?.spec.maxTicks ?? 0) * 10_000)
    if (far) checkInstrument(far.spec)
  })

  it('can be traded as long as its price is neither among the lowest ticks nor at the end of its book', () => {
    const isTradableAfter = (numerator: number, denominator: number) =>
      after([numerator, denominator]).map(isTradable)[0]
    expect([isTradableAfter(2, 1), isTradableAfter(168, 1), isTradableAfter(169, 1)]).toEqual([true, true, false])
    expect([isTradableAfter(1, 2), isTradableAfter(1, 249), isTradableAfter(1, 250)]).toEqual([true, true, false])
  })

  it('is as before when splits cancel each other', () => {
    const [split] = after([3, 2], [2, 3])
    expect(split?.startTicks).toBeCloseTo(before?.startTicks ?? 0, 6)
    expect(split?.spec.maxTicks).toBe(before?.spec.maxTicks)
  })
})
