import type { AccountFrame } from '@valiant/shared/protocol/account'

/**
 * A request of a gateway to the exchange: parsed, in ticks, lots and cents. It is sent as JSON, so it has only JSON values.
 * `account` is the account's number.
 */
export interface PlaceOrderRequest {
  readonly event: 'order.place' | 'order.preview'
  readonly account: number
  readonly clientOrderId: string
  readonly symbol: string
  readonly side: 'buy' | 'sell'
  readonly type: 'market' | 'limit' | 'stop' | 'stop_limit' | 'trailing_stop'
  /** 0 if the size is given by `notionalCents`. */
  readonly lots: number
  readonly notionalCents?: number
  /** 0 for a type without a limit. */
  readonly limitTicks: number
  readonly stopTicks?: number
  readonly trailTicks?: number
  readonly trailBps?: number
  readonly timeInForce: 'gtc' | 'ioc' | 'fok' | 'day' | 'gtd'
  /** Only for a gtd order; the exchange determines the end of a day. */
  readonly expireAtMs?: number
  readonly postOnly: boolean
  readonly reduceOnly: boolean
  readonly takeProfit?: TakeProfitRequest
  readonly stopLoss?: StopLossRequest
  readonly selfTrade: 'cancel_maker' | 'cancel_taker' | 'cancel_both'
  readonly source: 'web' | 'api'
  readonly tag?: string
  /** Time of the bus in ms (`CommandBus.nowMs`) after which the exchange must not take the order up. */
  readonly validUntilMs: number
}

/** An exit of a position: a `day` order expires at the end of the day, a `gtc` order stays. */
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
   * Decimals as the client sent them, because only the order determines the instrument. The exchange parses them and answers
   * INVALID if one is not a multiple of the instrument's tick or lot.
   */
  readonly qty?: string
  readonly limitPrice?: string
  readonly stopPrice?: string
  readonly trailAmount?: string
  readonly trailPercent?: string
  readonly validUntilMs?: number
}

/** One order, identified by its number or by its clientOrderId. */
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
  /** The whole position if absent. */
  readonly lots?: number
  readonly source: 'web' | 'api'
  readonly validUntilMs?: number
}

export interface ProtectPositionRequest {
  readonly event: 'position.protect'
  readonly account: number
  readonly symbol: string
  readonly lots?: number
  readonly takeProfit?: TakeProfitRequest
  readonly stopLoss?: StopLossRequest
  readonly source: 'web' | 'api'
  readonly validUntilMs?: number
}

export interface CancelAfterRequest {
  readonly event: 'cancelAfter'
  readonly account: number
  /** 0 turns it off. */
  readonly timeoutMs: number
  readonly symbols?: readonly string[]
  readonly keepProtective: boolean
}

interface AccountRequest {
  readonly event: 'account'
  readonly account: number
}

/**
 * Cancel on disconnect: the gateway has a socket that asked for it, or has just lost the last one. As long as it has such a
 * socket, the gateway repeats the request before `holdMs` are over.
 */
export interface HoldConnectionRequest {
  readonly event: 'connection.hold'
  readonly account: number
  /** The grace period that the client asked for. */
  readonly graceMs: number
  /** How long this gateway counts as having such a socket. */
  readonly holdMs: number
}

/**
 * A client turns cancel on disconnect off: no gateway counts as having a socket for it any more, and no grace period runs.
 * Gateways with other sockets that still want it repeat their `connection.hold` soon.
 */
interface ReleaseConnectionRequest {
  readonly event: 'connection.release'
  readonly account: number
}

/** The account's frames after `afterSeq`, the last one that the client has. */
export interface ResumeAccountRequest {
  readonly event: 'account.resume'
  readonly account: number
  readonly afterSeq: number
}

/** The answer: the account's newest seq, and the frames after `afterSeq` in order, or null when they are no longer held. */
export interface ResumedFrames {
  readonly seq: number
  /** At most RESUMED_FRAMES_MAX; the gateway requests the rest separately. */
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

/** Closes an account for good: its user is leaving. An account that is closed already is answered NOT_FOUND. */
export interface CloseAccountRequest {
  readonly event: 'account.close'
  readonly account: number
}

/** Opens the first account of a user. Safe to send again, because the user's id is the id of the request. */
export interface OpenAccountRequest {
  readonly event: 'accounts.open'
  readonly userId: string
  readonly name: string
  readonly startingCents: number
}

/** Opens another account of a user. */
export interface CreateAccountRequest {
  readonly event: 'accounts.create'
  /** An account that the user has: the requestId belongs to it. */
  readonly account: number
  readonly userId: string
  readonly name: string
  readonly startingCents: number
  readonly mode: 'cash' | 'margin'
}

/** Requests that change something: each is recorded under its id and executed once. */
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
  | CloseAccountRequest
  | CreateAccountRequest

/**
 * A change whose fields are wrong. It is never executed, but a known id and the rate are looked at before the fields, and
 * only the exchange knows them. Answered with the rate; an exchange of an earlier version answers INTERNAL.
 */
export interface InvalidChangeRequest {
  readonly event: 'change.invalid'
  readonly account: number
  /** What was requested. */
  readonly change: ChangeRequest['event']
}

/** Requests that change nothing of an account and use up no id. */
export type ReadRequest =
  | (PlaceOrderRequest & { readonly event: 'order.preview' })
  | (OrderReferenceRequest & { readonly event: 'order.get' })
  | AccountRequest
  | ResumeAccountRequest
  | HoldConnectionRequest
  | ReleaseConnectionRequest

export type ExchangeRequest = ChangeRequest | InvalidChangeRequest | ReadRequest | OpenAccountRequest

/** Time of the bus in ms after which the exchange must not take the request up, if it is dated. */
export const validUntilOf = (request: ExchangeRequest): number | undefined =>
  'validUntilMs' in request ? request.validUntilMs : undefined
