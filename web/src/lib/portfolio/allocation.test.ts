import { expect, test } from 'vitest'
import { allocationOf } from './allocation.ts'

const holding = (symbol: string, valueCents: bigint) => ({
  ...{ symbol, valueCents, qty: valueCents < 0n ? '-1' : '1' },
  ...{ realizedCents: 0n, unrealizedCents: 0n },
})

test('a short counts by its size, and cash is a part too', () => {
  const { parts, ...sums } = allocationOf([holding('NOVA', 6_000n), holding('KLIO', -1_000n)], 3_000n)
  expect(parts).toEqual([
    { symbol: 'NOVA', cents: 6_000n, isShort: false, share: 0.6 },
    { symbol: 'KLIO', cents: 1_000n, isShort: true, share: 0.1 },
    { symbol: undefined, cents: 3_000n, isShort: false, share: 0.3 },
  ])
  expect(sums).toEqual({ longCents: 6_000n, shortCents: 1_000n, netCents: 5_000n })
})

test('borrowed cash has no share, and an empty account has no parts', () => {
  expect(allocationOf([holding('NOVA', 6_000n)], -500n).parts.map(({ share }) => share)).toEqual([1, 0])
  expect(allocationOf([], 0n).parts).toEqual([{ symbol: undefined, cents: 0n, isShort: false, share: 0 }])
})
