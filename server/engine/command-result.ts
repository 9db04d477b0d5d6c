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

export interface CloseAccountResult {
  readonly kind: 'account.close'
  readonly ok: true
}

/** A refused order also uses up a running number, and is reported by an event. */
export type PlaceOrderResult =
  | {
      readonly kind: 'order.place'
      readonly ok: true
      readonly order: Readonly<Order>
      readonly fills: readonly Fill[]
    }
  | { readonly kind: 'order.place'; readonly ok: false; readonly order: Readonly<Order>; readonly rejection: Rejection }

/**
 * A refused amend changed nothing and has no event. `NOT_AMENDABLE`: orders of this type, or legs, do not have this
 * field.
 */
export type AmendOrderResult =
  | {
      readonly kind: 'order.amend'
      readonly ok: true
      readonly order: Readonly<Order>
      readonly fills: readonly Fill[]
      /** False when it went to the back of the queue at its price. */
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

/** The engine drops closed orders; only the exchange knows whether the order ever existed. */
export type CancelOrderResult =
  | { readonly kind: 'order.cancel'; readonly ok: true; readonly order: Readonly<Order> }
  | { readonly kind: 'order.cancel'; readonly ok: false; readonly code: 'NOT_FOUND' }

export interface CancelAllOrdersResult {
  readonly kind: 'order.cancelAll'
  readonly ok: true
  /** The canceled orders, oldest first. */
  readonly orders: readonly Readonly<Order>[]
}

/** As for an order: a refused one also uses up a number. */
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

/** A refused protection changed nothing and has no event. */
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
      /** The refused exit; undefined when there is no position. */
      readonly role: LegRole | undefined
    }

export interface SetDeadManResult {
  readonly kind: 'cancelAfter'
  readonly ok: true
  /** Market time at which it fires. */
  readonly atMs: number | undefined
}

/** The effects of a market command are only reported by events. */
export interface MarketCommandResult {
  readonly kind: MarketCommand['kind']
  readonly ok: true
}

/** The result of a command. Orders and accounts are live objects: read them before the next command. */
export type CommandResult =
  | OpenAccountResult
  | UpdateAccountResult
  | MoveMoneyResult
  | ResetAccountResult
  | CloseAccountResult
  | PlaceOrderResult
  | AmendOrderResult
  | CancelOrderResult
  | CancelAllOrdersResult
  | ClosePositionResult
  | ProtectPositionResult
  | SetDeadManResult
  | MarketCommandResult

/** The result type for a kind of command. */
export type ResultOf<Kind extends Command['kind'], Result = CommandResult> = Result extends {
  readonly kind: infer Told
}
  ? Kind extends Told
    ? Result
    : never
  : never

/** What an order would do if it were placed now. */
export type Preview =
  | {
      readonly ok: true
      /** Ticks and lots by price, best first. */
      readonly fills: readonly (readonly [ticks: number, lots: number])[]
      readonly valueCents: number
      /** The taker fee on the fills. */
      readonly feeCents: number
      /** Lots that would rest, and the maker fee that they would add when filled. */
      readonly restLots: number
      /** The price at which those lots are valued: the limit, or the trigger of an order without one. */
      readonly restTicks: number
      readonly restFeeCents: number
      readonly buyingPowerAfterCents: number
      /** Margin accounts only: the margin used, and the price that would then liquidate it. */
      readonly marginAfterCents: number | undefined
      readonly liquidationTicks: number | undefined
      /** The quantity; for a `notional` order, the one computed from it. */
      readonly lots: number
    }
  | { readonly ok: false; readonly rejection: Rejection }
