import { ORDER_VALID_MS } from '../protocol/limits.ts'
import type { PayloadOf, RequestName } from '../protocol/requests.ts'

/** Requests that change something, and the field that makes each safe to send again. A test checks it against REQUESTS. */
export const ID_FIELDS = {
  'order.place': 'clientOrderId',
  'order.amend': 'requestId',
  'order.cancel': 'requestId',
  'order.cancelAll': 'requestId',
  'position.close': 'requestId',
  'position.protect': 'requestId',
  cancelAfter: 'requestId',
  'account.update': 'requestId',
  'account.deposit': 'requestId',
  'account.withdraw': 'requestId',
  'account.reset': 'requestId',
  'accounts.create': 'requestId',
  'preferences.set': 'requestId',
  'alert.create': 'requestId',
  'alert.delete': 'requestId',
} as const satisfies Partial<Record<RequestName, 'clientOrderId' | 'requestId'>>

/** Requests with a `validUntil`: executed late, they would do something else than what was wanted. A test checks it against REQUESTS. */
export const DATED_REQUESTS: ReadonlySet<RequestName> = new Set([
  'order.place',
  'order.amend',
  'position.close',
  'position.protect',
])

type WithoutId<Payload> = Payload extends { clientOrderId: string }
  ? Omit<Payload, 'clientOrderId'> & { clientOrderId?: string }
  : Payload

/** A request's payload; an order without an id is given one. */
export type AskPayload<Name extends RequestName> = Name extends 'order.place' | 'order.preview'
  ? WithoutId<PayloadOf<Name>>
  : PayloadOf<Name>

/** A request as it is sent, and sent again. */
export interface Outgoing {
  payload: Record<string, unknown>
  /** The id under which it is sent again; undefined for a request that only reads. */
  readonly id: string | undefined
  /** The server's wall time after which it must not execute; the exchange enforces it if the payload has it. */
  readonly validUntil: number
  /** The client set `validUntil` itself, and whoever asked did not. */
  readonly isDatedHere: boolean
}

export const isChange = (name: RequestName): name is keyof typeof ID_FIELDS => Object.hasOwn(ID_FIELDS, name)

/** @param nowMs an estimate of the server's wall time */
export function outgoingOf<Name extends RequestName>(
  name: Name,
  given: AskPayload<Name>,
  { newId, nowMs }: { newId: () => string; nowMs: number },
): Outgoing {
  const payload: Record<string, unknown> = { ...given }
  if (name === 'order.preview') payload['clientOrderId'] ??= newId()
  let id: string | undefined
  if (isChange(name)) {
    payload[ID_FIELDS[name]] ??= newId()
    id = String(payload[ID_FIELDS[name]])
  }
  let validUntil = nowMs + ORDER_VALID_MS
  if (DATED_REQUESTS.has(name)) {
    // A request that never arrived must not execute late, so every copy carries the validUntil of the first.
    payload['validUntil'] ??= validUntil
    validUntil = Number(payload['validUntil'])
  }
  return { payload, id, validUntil, isDatedHere: DATED_REQUESTS.has(name) && !('validUntil' in given) }
}
