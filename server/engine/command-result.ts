import type { Fill } from './event.ts'
import type { Account, Order, Rejection } from './state.ts'

export type OpenAccountResult = {
  readonly kind: 'account.open'
  readonly ok: true
  readonly account: Readonly<Account>
}

/** A refused order has used a running number up, and is told by an event like any other. */
export type PlaceOrderResult =
  | {
      readonly kind: 'order.place'
      readonly ok: true
      readonly order: Readonly<Order>
      readonly fills: readonly Fill[]
    }
  | { readonly kind: 'order.place'; readonly ok: false; readonly order: Readonly<Order>; readonly rejection: Rejection }

/** The engine forgets an order when it is closed: whether it ever was one is for the exchange to say. */
export type CancelOrderResult =
  | { readonly kind: 'order.cancel'; readonly ok: true; readonly order: Readonly<Order> }
  | { readonly kind: 'order.cancel'; readonly ok: false; readonly code: 'NOT_FOUND' }

export interface CancelAllOrdersResult {
  readonly kind: 'order.cancelAll'
  readonly ok: true
  /** Those canceled, oldest first. */
  readonly orders: readonly Readonly<Order>[]
}

/** What came of a command. Orders and accounts are live: read them before the next command. */
export type CommandResult = OpenAccountResult | PlaceOrderResult | CancelOrderResult | CancelAllOrdersResult

/** What an order would do if it came now. */
export type Preview =
  | {
      readonly ok: true
      /** Ticks and lots a price, best first. */
      readonly fills: readonly (readonly [ticks: number, lots: number])[]
      readonly valueCents: number
      /** The taker's fee on the fills. */
      readonly feeCents: number
      /** Lots that would rest, and the maker's fee they would add if all of them filled. */
      readonly restLots: number
      readonly restFeeCents: number
      readonly buyingPowerAfterCents: number
    }
  | { readonly ok: false; readonly rejection: Rejection }
