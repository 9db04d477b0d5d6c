import type { Alert } from '@valiant/shared/protocol/alerts'
import type { CloseReason, Order } from '@valiant/shared/protocol/order'
import { conditionText } from '#lib/alerts/alert-text.ts'
import { receiptOfEnd } from '#lib/ticket/background-receipts.ts'
import type { Named } from '#lib/ticket/receipt.ts'
import { grouped } from '#lib/ui/format.ts'

/** Something that happened to the user's account without a press. */
export interface Happening {
  readonly id: string
  readonly atMs: number
  readonly kind: 'filled' | 'ended' | 'liquidated' | 'alert'
  readonly title: string
  readonly text: string
  readonly symbol: string
}

/** How many are listed. */
export const HAPPENINGS_MAX = 30

/** Ends that the user asked for, or that follow from another one that is listed itself. */
const BY_PRESS: readonly (CloseReason | undefined)[] = [
  'user',
  'cancel_all',
  'replaced',
  'reset',
  'sibling_filled',
  'parent_closed',
]

/** Whether an order ended by itself: not by the request that placed it, which has its receipt, nor by another press. */
export function hasEndedByItself({ status, reason, source, createdAt, closedAt }: Order): boolean {
  if (closedAt === undefined || status === 'rejected') return false
  return source === 'system' || (closedAt > createdAt && !BY_PRESS.includes(reason))
}

/** @returns what happened, newest first */
export function happeningsOf(
  { orders, alerts }: { readonly orders: readonly Order[]; readonly alerts: readonly Alert[] },
  namedOf: (symbol: string) => Named | undefined,
): readonly Happening[] {
  const ended = orders.filter(hasEndedByItself).flatMap((order) => endOf(order, namedOf(order.symbol)) ?? [])
  const fired = alerts.flatMap((alert) => firingOf(alert, namedOf(alert.symbol)) ?? [])
  return [...ended, ...fired].sort((a, b) => b.atMs - a.atMs).slice(0, HAPPENINGS_MAX)
}

function endOf(order: Order, named: Named | undefined): Happening | undefined {
  if (named === undefined || order.closedAt === undefined) return undefined
  const { kind, title, text } = receiptOfEnd(order, named)
  return {
    id: order.orderId,
    atMs: order.closedAt,
    kind: kind === 'refused' ? 'liquidated' : kind === 'done' ? 'filled' : 'ended',
    title,
    text,
    symbol: order.symbol,
  }
}

function firingOf({ alertId, firedAt, tradePrice, symbol, note, ...alert }: Alert, named: Named | undefined) {
  if (named === undefined || firedAt === undefined) return undefined
  const why = `Your alert was for ${conditionText(alert)}.`
  return {
    id: `alert ${alertId}`,
    atMs: firedAt,
    kind: 'alert',
    title: `${named.name} traded at ${grouped(tradePrice ?? '')}`,
    text: note === undefined ? why : `${why} ${note}`,
    symbol,
  } satisfies Happening
}
