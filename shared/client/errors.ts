import type { WireError } from '../protocol/wire-error.ts'

/** The exchange refused a request: it was certainly not executed. `error.message` is for people. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused'
  readonly error: WireError

  constructor(error: WireError) {
    super(error.message)
    this.error = error
  }
}

/**
 * No certain answer came to a request that changes something: it may have been executed. It cannot execute after
 * `finalAt`, so what `order.get` says after that is final.
 */
export class OutcomeUnknownError extends Error {
  override readonly name = 'OutcomeUnknownError'
  readonly id: string
  readonly finalAt: number | undefined

  constructor(id: string, finalAt: number | undefined) {
    super('The result of this request isn’t known yet. It can’t be executed twice.')
    this.id = id
    this.finalAt = finalAt
  }
}

/** There is no connection, so the request was not sent and certainly not executed. */
export class NotConnectedError extends Error {
  override readonly name = 'NotConnectedError'

  constructor() {
    super('There is no connection to the exchange. Nothing was sent.')
  }
}
