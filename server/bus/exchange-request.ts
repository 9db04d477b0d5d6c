import type { AccountFrame } from '@valiant/shared/protocol/account'

/**
 * What a gateway asks of the exchange: parsed, in ticks, lots and cents. It travels as JSON, so it holds nothing else.
 * `account` is the account's number.
 */
export interface PlaceOrderRequest {
  readonly event: 'order.place' | 'order.preview'
  readonly account: number
  readonly clientOrderId: string
  readonly symbol: string
  readonly side: 'buy' | 'sell'
  readonly type: 'market' | 'limit' | 'stop' | 'stop_limit' | 'trailing_stop'
  /** 0 where `notionalCents` says how much. */
  readonly lots: number
  readonly notionalCents?: number
  /** 0 for a type without a limit. */
  readonly limitTicks: number
  readonly stopTicks?: number
  readonly trailTicks?: number
  readonly trailBps?: number
  readonly timeInForce: 'gtc' | 'ioc' | 'fok' | 'day' | 'gtd'
  /** Of a gtd order; the end of a day is the exchange's to say. */
  readonly expireAtMs?: number
  readonly postOnly: boolean
  readonly reduceOnly: boolean
  readonly takeProfit?: TakeProfitRequest
  readonly stopLoss?: StopLossRequest
  readonly selfTrade: 'cancel_maker' | 'cancel_taker' | 'cancel_both'
  readonly source: 'web' | 'api'
  readonly tag?: string
  /** Time of the bus in ms (`CommandBus.nowMs`) after which the exchange must not take it up. */
  readonly validUntilMs: number
}

/** Exits: those of a day end with it, the others stay. */
export interface TakeProfitRequest {
  readonly limitTicks: number
  readonly timeInForce: 'gtc' | 'day'
}
export interface StopLossRequest {
  readonly stopTicks?: number
  readonly limitTicks?: number
  readonly trailBps?: number
  readonly timeInForce: 'gtc' | 'day'
}

export interface AmendOrderRequest {
  readonly event: 'order.amend'
  readonly account: number
  readonly number?: number
  readonly clientOrderId?: string
  /**
   * Decimals as they came: only the order says which instrument they are of. The exchange parses them, and answers INVALID
   * for one that is not on the instrument's tick or lot.
   */
  readonly qty?: string
  readonly limitPrice?: string
  readonly stopPrice?: string
  readonly trailAmount?: string
  readonly trailPercent?: string
}

/** One order by its running number or the client's id. */
export interface OrderReferenceRequest {
  readonly event: 'order.cancel' | 'order.get'
  readonly account: number
  readonly number?: number
  readonly clientOrderId?: string
}

export interface CancelAllRequest {
  readonly event: 'order.cancelAll'
  readonly account: number
  readonly symbol?: string
  readonly side?: 'buy' | 'sell'
}

export interface ClosePositionRequest {
  readonly event: 'position.close'
  readonly account: number
  readonly symbol: string
  /** All of it when absent. */
  readonly lots?: number
  readonly source: 'web' | 'api'
}

export interface ProtectPositionRequest {
  readonly event: 'position.protect'
  readonly account: number
  readonly symbol: string
  readonly lots?: number
  readonly takeProfit?: TakeProfitRequest
  readonly stopLoss?: StopLossRequest
  readonly source: 'web' | 'api'
}

export interface CancelAfterRequest {
  readonly event: 'cancelAfter'
  readonly account: number
  /** 0 is off. */
  readonly timeoutMs: number
  readonly symbols?: readonly string[]
  readonly keepProtective: boolean
}

export interface AccountRequest {
  readonly event: 'account'
  readonly account: number
}

/**
 * A gateway has a socket that asked for the account's orders to be canceled when nobody is there, or has lost the last one.
 * To be said again before `holdMs` are over, as long as it has one.
 */
export interface HoldConnectionRequest {
  readonly event: 'connection.hold'
  readonly account: number
  /** As it was asked for. */
  readonly graceMs: number
  /** For how long this gateway counts as having one. */
  readonly holdMs: number
}

/**
 * Somebody who asked for it takes it back: nobody holds the account's orders any longer, and no grace runs. Gateways with
 * sockets that still ask say so again soon.
 */
export interface ReleaseConnectionRequest {
  readonly event: 'connection.release'
  readonly account: number
}

/** The account's frames after a seq, of which a client saw the last. */
export interface ResumeAccountRequest {
  readonly event: 'account.resume'
  readonly account: number
  readonly afterSeq: number
}

/** What is answered to it: the account's newest seq, and frames in order, the first the one after; null when they are not held. */
export interface ResumedFrames {
  readonly seq: number
  /** At most RESUMED_FRAMES_MAX: the rest is asked for again. */
  readonly frames: readonly AccountFrame[] | null
}
export const RESUMED_FRAMES_MAX = 500

export interface UpdateAccountRequest {
  readonly event: 'account.update'
  readonly account: number
  readonly name?: string
  readonly mode?: 'cash' | 'margin'
}

export interface MoveMoneyRequest {
  readonly event: 'account.deposit' | 'account.withdraw'
  readonly account: number
  readonly cents: number
}

export interface ResetAccountRequest {
  readonly event: 'account.reset'
  readonly account: number
  readonly startingCents: number
}

/** Opens the first account of a user; safe to send again, since the user's id is the request's. */
export interface OpenAccountRequest {
  readonly event: 'accounts.open'
  readonly userId: string
  readonly name: string
  readonly startingCents: number
}

/** Opens another account of a user, asked for by one that the user has. */
export interface CreateAccountRequest {
  readonly event: 'accounts.create'
  /** The account that asks: the request's id is one of its own. */
  readonly account: number
  readonly userId: string
  readonly name: string
  readonly startingCents: number
  readonly mode: 'cash' | 'margin'
}

/** What changes something: recorded under its id, answered once. */
export type ChangeRequest =
  | (PlaceOrderRequest & { readonly event: 'order.place' })
  | AmendOrderRequest
  | (OrderReferenceRequest & { readonly event: 'order.cancel' })
  | CancelAllRequest
  | ClosePositionRequest
  | ProtectPositionRequest
  | CancelAfterRequest
  | UpdateAccountRequest
  | MoveMoneyRequest
  | ResetAccountRequest
  | CreateAccountRequest

export type ExchangeRequest =
  | ChangeRequest
  | PlaceOrderRequest
  | OrderReferenceRequest
  | AccountRequest
  | ResumeAccountRequest
  | HoldConnectionRequest
  | ReleaseConnectionRequest
  | OpenAccountRequest
