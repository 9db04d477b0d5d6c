import type { Answer, Scope } from '@valiant/shared/protocol/events'
import type { DataOf, REQUESTS, RequestName } from '@valiant/shared/protocol/requests'
import type { z } from 'zod'

/** The sender of a request, over a socket or REST. */
export interface Requester {
  /** The number of the account it acts for; undefined on a public connection. */
  readonly account: number | undefined
  readonly userId: string | undefined
  readonly scopes: readonly Scope[]
  readonly source: 'web' | 'api'
  /** The socket's id, for state that lives as long as the socket (subscriptions); undefined over REST. */
  readonly socketId: string | undefined
  /** Wall time in ms at which the request arrived. */
  readonly receivedAtMs: number
}

type Payload<Name extends RequestName> = z.output<(typeof REQUESTS)[Name]['payload']>

/**
 * Serves one request. Its payload has been parsed and the requester's scope checked.
 * @throws {RequestFailure} with the error for the client
 */
export type Handler<Name extends RequestName> = (
  payload: Payload<Name>,
  requester: Requester,
) => DataOf<Name> | Promise<DataOf<Name>>

/** Passes on a whole answer, including the fields beside `ok`. */
export type Relay<Name extends RequestName> = (payload: Payload<Name>, requester: Requester) => Promise<Answer>

/**
 * Requests whose answer is more than data: those to the exchange, and changes in the database, which have request ids too.
 * The gateway answers all others from its mirror of the market and from the database.
 */
export const RELAYED = [
  'order.place',
  'order.preview',
  'order.amend',
  'order.cancel',
  'order.cancelAll',
  'order.get',
  'position.close',
  'position.protect',
  'cancelAfter',
  'account',
  'account.update',
  'account.deposit',
  'account.withdraw',
  'account.reset',
  'accounts.create',
  'preferences.set',
  'alert.create',
  'alert.delete',
] as const satisfies readonly RequestName[]
export type RelayedName = (typeof RELAYED)[number]
/** Changes that the exchange knows nothing of: the rate limit of the socket applies to them. */
export const BESIDE_THE_EXCHANGE = [
  'preferences.set',
  'alert.create',
  'alert.delete',
] as const satisfies readonly RelayedName[]
export type BesideTheExchange = (typeof BESIDE_THE_EXCHANGE)[number]
export type IsUsedId = (name: BesideTheExchange, requestId: string, requester: Requester) => Promise<boolean>

export type Relays = { readonly [Name in RelayedName]: Relay<Name> }
export type Handlers = { readonly [Name in Exclude<RequestName, RelayedName>]: Handler<Name> }
/** Requests answered from the mirror of the market and its history. */
export type MarketHandlers = Pick<
  Handlers,
  'time' | 'instruments' | 'subscribe' | 'unsubscribe' | 'candles' | 'trades' | 'sparklines' | 'news'
>
export type AccountHandlers = Omit<Handlers, keyof MarketHandlers>

/**
 * The account that a request acts for. The schema's scope has been checked before a handler is called.
 * @throws {Error} for a handler of a public request, which is a defect
 */
export function accountOf({ account }: Requester): number {
  if (account === undefined) throw new Error('a request with a scope has an account')
  return account
}
