import type { Fill } from '@valiant/shared/protocol/order'
import { expect, test } from 'vitest'
import { bySize, inOrder, profitBars, profitCsv, profitRowsOf } from './profit-rows.ts'

const nova = { symbol: 'NOVA', qty: '320', valueCents: 5_898_240n, realizedCents: 1_000n, unrealizedCents: 500n }
const klio = { symbol: 'KLIO', qty: '-40', valueCents: -2_219_280n, realizedCents: -200n, unrealizedCents: -300n }
const fill = (symbol: string, realizedPnl: string) => ({ symbol, realizedPnl }) as Fill

test('an open position has its own figures, a closed one those of its fills', () => {
  const rows = profitRowsOf([nova], [fill('QILL', '6.00'), fill('QILL', '-1.00'), fill('NOVA', '10.00')], 1_500n)
  expect(rows).toEqual([
    { symbol: 'NOVA', qty: '320', realizedCents: 1_000n, unrealizedCents: 500n, totalCents: 1_500n },
    { symbol: 'QILL', qty: undefined, realizedCents: 500n, unrealizedCents: 0n, totalCents: 500n },
  ])
})

test('rows add up to the realized profit of the account: older trades have a row of their own', () => {
  expect(profitRowsOf([nova], [], 700n).at(-1)).toMatchObject({ symbol: undefined, totalCents: -300n })
})

test('the order of rows is fixed once, and new rows follow', () => {
  const [small, large] = [profitRowsOf([nova], [], 1_000n), profitRowsOf([klio, nova], [], 800n)]
  expect(bySize(large)).toEqual(['NOVA', 'KLIO'])
  expect(inOrder(large, bySize(small)).map(({ symbol }) => symbol)).toEqual(['NOVA', 'KLIO'])
})

test('bars share one scale: gains right of zero, losses left, unrealized at the outer end', () => {
  const { zero, bars } = profitBars(profitRowsOf([nova, klio], [], 800n))
  expect(zero).toBe(25)
  expect(bars).toEqual([
    { realized: { isGain: true, from: 25, width: 50 }, unrealized: { isGain: true, from: 75, width: 25 } },
    { realized: { isGain: false, from: 15, width: 10 }, unrealized: { isGain: false, from: 0, width: 15 } },
  ])
})

test('a gain and a loss of one instrument are on both sides of zero, and zero has no bar', () => {
  const mixed = profitBars(profitRowsOf([{ ...nova, unrealizedCents: -1_000n }], [], 1_000n))
  expect(mixed.bars[0]).toEqual({
    realized: { isGain: true, from: 50, width: 50 },
    unrealized: { isGain: false, from: 0, width: 50 },
  })
  expect(profitBars(profitRowsOf([{ ...nova, realizedCents: 0n, unrealizedCents: 0n }], [], 0n))).toEqual({
    zero: 50,
    bars: [{ realized: undefined, unrealized: undefined }],
  })
})

test('the file has the exact figures', () => {
  expect(profitCsv(profitRowsOf([klio], [], -200n))).toBe(
    'symbol,qty,realizedPnl,unrealizedPnl,total\r\nKLIO,-40,-2.00,-3.00,-5.00\r\n',
  )
})
