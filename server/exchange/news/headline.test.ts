import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readInstruments } from '../../instruments.ts'
import { type Happening, headlineOf, marketHeadlineOf } from './headline.ts'

const listed = readInstruments(fileURLToPath(new URL('../../../db/instruments.json', import.meta.url)))
const headline = (happening: Happening) =>
  headlineOf(happening, listed.find(({ wire }) => wire.symbol === happening.symbol)!.wire)

const atMs = Date.UTC(2026, 11, 1, 14)
const dividend = { kind: 'dividend', symbol: 'MERI', centsPerLot: 25, atMs } as const
const split = { kind: 'split', symbol: 'NOVA', numerator: 2, denominator: 1, atMs } as const

test.each<readonly [Happening, string]>([
  [{ kind: 'halt', symbol: 'VLNT' }, 'Trading in Valiant Exchange Group (VLNT) is halted'],
  [{ kind: 'close', symbol: 'VLNT' }, 'Trading in Valiant Exchange Group (VLNT) is closed'],
  [{ kind: 'resume', symbol: 'VLNT' }, 'Trading in Valiant Exchange Group (VLNT) is open again'],
  [
    { ...dividend, stage: 'planned' },
    'Meridian Bank (MERI) will pay a dividend of $0.25 a share on 1 December 2026 at 14:00 UTC',
  ],
  [{ ...dividend, stage: 'applied' }, 'Meridian Bank (MERI) has paid a dividend of $0.25 a share'],
  [
    { ...dividend, stage: 'withdrawn' },
    'The dividend of Meridian Bank (MERI) that was due on 1 December 2026 at 14:00 UTC is called off',
  ],
  [
    { ...split, stage: 'planned' },
    'Novacore Semiconductor (NOVA) will be split 2 for 1 on 1 December 2026 at 14:00 UTC',
  ],
  [
    { ...split, stage: 'applied', numerator: 1, denominator: 10 },
    'Novacore Semiconductor (NOVA) has been split 1 for 10',
  ],
  [
    { ...split, stage: 'withdrawn' },
    'The split of Novacore Semiconductor (NOVA) that was due on 1 December 2026 at 14:00 UTC is called off',
  ],
])('%j', (happening, expected) => {
  expect(headline(happening)).toBe(expected)
})

test('a dividend of an instrument not counted in shares names the amount it is paid for', () => {
  const happening: Happening = { ...dividend, symbol: 'EUR-USD', stage: 'applied', centsPerLot: 1_250 }
  expect(headline(happening)).toBe('Euro / US dollar (EUR/USD) has paid a dividend of $12.50 for each 1000 EUR')
})

test('instruments are named as on the screens', () => {
  const halt = (symbol: string) => headline({ kind: 'halt', symbol })
  expect(halt('EUR-USD')).toBe('Trading in Euro / US dollar (EUR/USD) is halted')
  expect(halt('VCN-USD')).toBe('Trading in Valor Coin (VCN) is halted')
})

test('a jump is given as a fraction of the price, not of its logarithm, and a small one is not called a jump', () => {
  const jump = (factor: number) => headline({ kind: 'jump', symbol: 'KLIO', logSize: Math.log(factor) })
  expect(jump(1.0724)).toBe('The price of Klio Biologics (KLIO) has jumped by about 7.24%')
  expect(jump(0.9899)).toBe('The price of Klio Biologics (KLIO) has dropped by about 1.01%')
  expect(jump(1.001)).toBe('The price of Klio Biologics (KLIO) has risen by about 0.10%')
  expect(jump(0.992)).toBe('The price of Klio Biologics (KLIO) has fallen by about 0.80%')
  expect(marketHeadlineOf(Math.log(0.9957))).toBe('Prices across the market have fallen by up to 0.43%')
  expect(marketHeadlineOf(Math.log(1.0151))).toBe('Prices across the market have jumped by up to 1.51%')
})
