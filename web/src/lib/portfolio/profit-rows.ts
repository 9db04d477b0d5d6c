import type { Fill } from '@valiant/shared/protocol/order'
import type { Holding } from './holding.ts'
import { centsOf, moneyOf, partOf, sizeOf, sum } from './money.ts'

/** Profit and loss of one instrument. */
export interface ProfitRow {
  /** Undefined for the row of earlier trades in unknown instruments. */
  readonly symbol: string | undefined
  /** The position now, signed; undefined if there is none. */
  readonly qty: string | undefined
  readonly realizedCents: bigint
  readonly unrealizedCents: bigint
  readonly totalCents: bigint
}

/**
 * One row for each instrument that is held, or was traded within these fills. They add up to the account's own figures: what
 * the fills don't explain stands in a last row.
 * @param fills since the account was opened or last reset, as far as they are known
 */
export function profitRowsOf(
  holdings: readonly Holding[],
  fills: readonly Fill[],
  accountRealizedCents: bigint,
): readonly ProfitRow[] {
  const isHeld = new Set(holdings.map(({ symbol }) => symbol))
  const realized = new Map<string, bigint>()
  for (const { symbol, realizedPnl } of fills) {
    if (!isHeld.has(symbol)) realized.set(symbol, (realized.get(symbol) ?? 0n) + centsOf(realizedPnl))
  }
  const rows = [
    ...holdings.map(({ symbol, qty, realizedCents, unrealizedCents }) =>
      rowOf({ symbol, qty, realizedCents, unrealizedCents }),
    ),
    ...[...realized].map(([symbol, realizedCents]) =>
      rowOf({ symbol, qty: undefined, realizedCents, unrealizedCents: 0n }),
    ),
  ]
  const restCents = accountRealizedCents - sum(rows.map(({ realizedCents }) => realizedCents))
  return restCents === 0n
    ? rows
    : [...rows, rowOf({ symbol: undefined, qty: undefined, realizedCents: restCents, unrealizedCents: 0n })]
}

const rowOf = (row: Omit<ProfitRow, 'totalCents'>): ProfitRow => ({
  ...row,
  totalCents: row.realizedCents + row.unrealizedCents,
})

/** Symbols by the size of their result: the order of the rows while the page is open. */
export const bySize = (rows: readonly ProfitRow[]): readonly (string | undefined)[] =>
  [...rows].sort((a, b) => (sizeOf(b.totalCents) > sizeOf(a.totalCents) ? 1 : -1)).map(({ symbol }) => symbol)

/** Rows in a fixed order; new ones follow at the end. */
export function inOrder(rows: readonly ProfitRow[], order: readonly (string | undefined)[]): readonly ProfitRow[] {
  const place = (row: ProfitRow) => (order.includes(row.symbol) ? order.indexOf(row.symbol) : order.length)
  const [rest, known] = [
    rows.filter(({ symbol }) => symbol === undefined),
    rows.filter(({ symbol }) => symbol !== undefined),
  ]
  return [...known.sort((a, b) => place(a) - place(b)), ...rest]
}

/** Part of a bar, in percent of the chart's width. */
export interface BarPart {
  readonly from: number
  readonly width: number
  readonly isGain: boolean
}

export interface ProfitBars {
  /** The zero line. */
  readonly zero: number
  readonly bars: readonly { readonly realized: BarPart | undefined; readonly unrealized: BarPart | undefined }[]
}

/** The bars of all rows on one scale: gains to the right, losses to the left, the unrealized part at the outer end. */
export function profitBars(rows: readonly ProfitRow[]): ProfitBars {
  const reach = (sign: 1n | -1n) =>
    rows.reduce((most, { realizedCents, unrealizedCents }) => {
      const size = sum([realizedCents * sign, unrealizedCents * sign].filter((cents) => cents > 0n))
      return size > most ? size : most
    }, 0n)
  const [right, left] = [reach(1n), reach(-1n)]
  const whole = right + left
  const zero = whole === 0n ? 50 : partOf(left, whole) * 100
  const widthOf = (cents: bigint) => partOf(sizeOf(cents), whole) * 100
  const partAt = (cents: bigint, inner: number): BarPart | undefined => {
    if (cents === 0n) return undefined
    const [isGain, width] = [cents > 0n, widthOf(cents)]
    return { isGain, width, from: isGain ? zero + inner : zero - inner - width }
  }
  return {
    zero,
    bars: rows.map(({ realizedCents, unrealizedCents }) => {
      const isOneSide = realizedCents > 0n === unrealizedCents > 0n
      return {
        realized: partAt(realizedCents, 0),
        unrealized: partAt(unrealizedCents, isOneSide ? widthOf(realizedCents) : 0),
      }
    }),
  }
}

/** The table as a CSV file (RFC 4180, like those of the server). */
export function profitCsv(rows: readonly ProfitRow[]): string {
  const lines = rows.map(({ symbol, qty, realizedCents, unrealizedCents, totalCents }) =>
    [symbol ?? 'earlier', qty ?? '0', ...[realizedCents, unrealizedCents, totalCents].map(moneyOf)].join(','),
  )
  return ['symbol,qty,realizedPnl,unrealizedPnl,total', ...lines, ''].join('\r\n')
}
