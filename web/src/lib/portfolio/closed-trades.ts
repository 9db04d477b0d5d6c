import type { Position } from '@valiant/shared/protocol/account'
import type { Fill } from '@valiant/shared/protocol/order'
import { centsOf } from './money.ts'

/** A round trip: from flat to flat again, or to the other side. */
export interface ClosedTrade {
  /** Id of the fill that closed it. */
  readonly id: string
  readonly symbol: string
  readonly side: 'long' | 'short'
  readonly openedMs: number
  readonly closedMs: number
  /** Realized by its fills, before fees. */
  readonly profitCents: bigint
}

const DECIMALS = 8
/** A quantity in units of 10^-8: the wire has no more decimals. */
function unitsOf(qty: string): bigint {
  const [whole = '', fraction = ''] = qty.split('.')
  return BigInt(whole + fraction.padEnd(DECIMALS, '0'))
}

const signedUnits = ({ side, qty }: Fill): bigint => (side === 'buy' ? unitsOf(qty) : -unitsOf(qty))

/**
 * The trades that were opened and closed within these fills.
 * @param fills newest first, without a gap up to now
 * @param held the positions now: what the fills do not explain was held before them
 * @returns newest first
 */
export function closedTradesOf(
  fills: readonly Fill[],
  held: readonly Pick<Position, 'symbol' | 'qty'>[],
): readonly ClosedTrade[] {
  const bySymbol = new Map<string, Fill[]>()
  for (const fill of fills.toReversed()) {
    const of = bySymbol.get(fill.symbol)
    if (of) of.push(fill)
    else bySymbol.set(fill.symbol, [fill])
  }
  return [...bySymbol]
    .flatMap(([symbol, of]) => tradesOf(of, unitsOf(held.find((position) => position.symbol === symbol)?.qty ?? '0')))
    .sort((a, b) => b.closedMs - a.closedMs || (b.id > a.id ? 1 : -1))
}

/** @param fills of one symbol, oldest first */
function tradesOf(fills: readonly Fill[], heldNow: bigint): ClosedTrade[] {
  let units = heldNow - fills.reduce((total, fill) => total + signedUnits(fill), 0n)
  // What was held before the first fill was opened at an unknown time, so it makes no trade.
  let open: { openedMs: number; profitCents: bigint } | undefined
  const closed: ClosedTrade[] = []
  for (const fill of fills) {
    const before = units
    units += signedUnits(fill)
    if (before === 0n) open = { openedMs: fill.time, profitCents: 0n }
    if (open) open.profitCents += centsOf(fill.realizedPnl)
    const isOver = before !== 0n && (units === 0n || units > 0n !== before > 0n)
    if (!isOver) continue
    if (open) {
      const { fillId: id, symbol, time: closedMs } = fill
      closed.push({ id, symbol, side: before > 0n ? 'long' : 'short', closedMs, ...open })
    }
    open = units === 0n ? undefined : { openedMs: fill.time, profitCents: 0n }
  }
  return closed
}

/** The share of winning trades, in percent; undefined before any has closed. */
export function winRateOf(trades: readonly ClosedTrade[]): { won: number; of: number; percent: number } | undefined {
  const won = trades.filter(({ profitCents }) => profitCents > 0n).length
  return trades.length === 0 ? undefined : { won, of: trades.length, percent: (won / trades.length) * 100 }
}

/** Winners with the best first, or losers with the worst first. */
export function ranked(trades: readonly ClosedTrade[], which: 'best' | 'worst'): readonly ClosedTrade[] {
  const sign = which === 'best' ? 1n : -1n
  return trades
    .filter(({ profitCents }) => profitCents * sign > 0n)
    .sort((a, b) => (b.profitCents * sign > a.profitCents * sign ? 1 : -1))
}
