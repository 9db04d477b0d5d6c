import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readInstruments } from './instruments.ts'

const FILE = new URL('../db/instruments.json', import.meta.url).pathname

/** The shipped file with one thing changed in its first instrument. */
function changed(change: Record<string, unknown>): string {
  const [first, ...rest] = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, unknown>[]
  const file = join(mkdtempSync(join(tmpdir(), 'valiant-instruments-')), 'instruments.json')
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
  ])('%j', (change, message) => {
    expect(() => readInstruments(changed(change))).toThrow(message)
  })
})
