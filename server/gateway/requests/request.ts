import type { Scope } from '@valiant/shared/protocol/events'
import type { DataOf, REQUESTS, RequestName } from '@valiant/shared/protocol/requests'
import type { z } from 'zod'

/** Who asks: the same for a socket and for REST. */
export interface Requester {
  /** The number of the account it acts for; undefined on a public connection. */
  readonly account: number | undefined
  readonly userId: string | undefined
  readonly scopes: readonly Scope[]
  readonly source: 'web' | 'api'
  /** The socket's id, for what lives as long as the socket does (subscriptions); undefined over REST. */
  readonly socketId: string | undefined
  /** Wall time in ms at which the request arrived. */
  readonly receivedAtMs: number
}

export type Payload<Name extends RequestName> = z.output<(typeof REQUESTS)[Name]['payload']>

/**
 * Serves one request: its payload has been parsed, its requester's scope checked.
 * @throws {RequestFailure} for what the client is to be told
 */
export type Handler<Name extends RequestName> = (
  payload: Payload<Name>,
  requester: Requester,
) => DataOf<Name> | Promise<DataOf<Name>>
