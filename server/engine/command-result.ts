import type { Command, MarketCommand } from './command.ts'
import type { Entry, Fill } from './event.ts'
import type { Account, LegRole, Order, Rejection } from './state.ts'

export type OpenAccountResult = {
  readonly kind: 'account.open'
  readonly ok: true
  readonly account: Readonly<Account>
}

export type UpdateAccountResult =
  | { readonly kind: 'account.update'; readonly ok: true; readonly account: Readonly<Account> }
  | { readonly kind: 'account.update'; readonly ok: false; readonly rejection: Rejection }

export type MoveMoneyResult =
  | {
      readonly kind: 'account.deposit' | 'account.withdraw'
      readonly ok: true
      readonly account: Readonly<Account>
      readonly entry: Entry
    }
  | { readonly kind: 'account.deposit' | 'account.withdraw'; readonly ok: false; readonly rejection: Rejection }

export interface ResetAccountResult {
  readonly kind: 'account.reset'
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

/**
 * A refused amend changed nothing and is told by no event. `NOT_AMENDABLE`: the order's type, or its being a leg, does not
 * have this field.
 */
export type AmendOrderResult =
  | {
      readonly kind: 'order.amend'
      readonly ok: true
      readonly order: Readonly<Order>
      readonly fills: readonly Fill[]
      /** False when it went to the back of its new place. */
      readonly priorityKept: boolean
    }
  | { readonly kind: 'order.amend'; readonly ok: false; readonly code: 'NOT_FOUND' }
  | {
      readonly kind: 'order.amend'
      readonly ok: false
      readonly code: 'NOT_AMENDABLE'
      readonly order: Readonly<Order>
      readonly field: 'lots' | 'limitTicks' | 'stopTicks' | 'trailTicks' | 'trailBps'
    }
  | {
      readonly kind: 'order.amend'
      readonly ok: false
      readonly code: 'REJECTED'
      readonly order: Readonly<Order>
      readonly rejection: Rejection
    }

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

/** As of an order: a refused one has used a number up. */
export type ClosePositionResult =
  | {
      readonly kind: 'position.close'
      readonly ok: true
      readonly order: Readonly<Order>
      readonly fills: readonly Fill[]
    }
  | {
      readonly kind: 'position.close'
      readonly ok: false
      readonly order: Readonly<Order>
      readonly rejection: Rejection
    }

/** A refused protection changed nothing and is told by no event. */
export type ProtectPositionResult =
  | {
      readonly kind: 'position.protect'
      readonly ok: true
      readonly takeProfit: Readonly<Order> | undefined
      readonly stopLoss: Readonly<Order> | undefined
    }
  | {
      readonly kind: 'position.protect'
      readonly ok: false
      readonly rejection: Rejection
      /** The exit that was refused; undefined where the position itself is missing. */
      readonly role: LegRole | undefined
    }

export interface SetDeadManResult {
  readonly kind: 'cancelAfter'
  readonly ok: true
  /** Market time at which it goes off. */
  readonly atMs: number | undefined
}

/** What a command of the market did is told by events alone. */
export interface MarketCommandResult {
  readonly kind: MarketCommand['kind']
  readonly ok: true
}

/** What came of a command. Orders and accounts are live: read them before the next command. */
export type CommandResult =
  | OpenAccountResult
  | UpdateAccountResult
  | MoveMoneyResult
  | ResetAccountResult
  | PlaceOrderResult
  | AmendOrderResult
  | CancelOrderResult
  | CancelAllOrdersResult
  | ClosePositionResult
  | ProtectPositionResult
  | SetDeadManResult
  | MarketCommandResult

/** What comes of commands of a kind. */
export type ResultOf<Kind extends Command['kind'], Result = CommandResult> = Result extends {
  readonly kind: infer Told
}
  ? Kind extends Told
    ? Result
    : never
  : never

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
      /** What those lots are valued at: the limit, or the trigger of an order without one. */
      readonly restTicks: number
      readonly restFeeCents: number
      readonly buyingPowerAfterCents: number
      /** Of a margin account: the margin used, and the price that would then liquidate it. */
      readonly marginAfterCents: number | undefined
      readonly liquidationTicks: number | undefined
      /** What the order comes to; `notional` orders learn it here. */
      readonly lots: number
    }
  | { readonly ok: false; readonly rejection: Rejection }
