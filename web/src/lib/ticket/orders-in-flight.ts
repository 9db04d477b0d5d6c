import type { OrderContent } from './draft.ts'

/** An order whose result nobody has been told yet. Times are by the server's clock. */
export interface SentOrder {
  readonly clientOrderId: string
  /** The account it was sent from: only that account knows the id. */
  readonly accountId: string
  readonly content: OrderContent
  readonly sentAtMs: number
  /** It cannot execute after this. */
  readonly finalAtMs: number
}

/*
 * The orders in flight, kept for as long as this tab exists: a page that is reloaded in the middle of an order can still
 * look up what became of it.
 */

const NAME = 'valiant.in-flight'
/** One order is in flight at a time, unless the trader moves on to other instruments. */
const KEPT_MAX = 20

/** @returns whether it is kept, which the browser may forbid */
export const keepSent = (order: SentOrder): boolean => write([...read(), order].slice(-KEPT_MAX))

/** Its result is being told. @returns false if it was told before */
export function takeSent(clientOrderId: string): boolean {
  const before = read()
  const after = before.filter((order) => order.clientOrderId !== clientOrderId)
  return after.length < before.length && write(after)
}

/** The last order of an account in an instrument that has no result. */
export const sentIn = (symbol: string, accountId: string): SentOrder | undefined =>
  read().findLast((order) => order.content.symbol === symbol && order.accountId === accountId)

function read(): readonly SentOrder[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(NAME) ?? '[]')
    return Array.isArray(kept) ? kept.filter(isSentOrder) : []
  } catch {
    return []
  }
}

function write(orders: readonly SentOrder[]): boolean {
  try {
    if (orders.length === 0) sessionStorage.removeItem(NAME)
    else sessionStorage.setItem(NAME, JSON.stringify(orders))
    return true
  } catch {
    return false
  }
}

function isSentOrder(value: unknown): value is SentOrder {
  const { clientOrderId, accountId, content, sentAtMs, finalAtMs } = (value ?? {}) as Partial<SentOrder>
  return (
    [clientOrderId, accountId, content?.symbol].every((text) => typeof text === 'string') &&
    [sentAtMs, finalAtMs].every((time) => typeof time === 'number') &&
    (content?.side === 'buy' || content?.side === 'sell')
  )
}
