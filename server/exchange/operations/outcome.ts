import type { Answer } from '@valiant/shared/protocol/events'
import type { WireError } from '@valiant/shared/protocol/wire-error'

/** What an operation of a user is answered, for ever under its id. */
export interface Recorded {
  readonly answer: Answer
}

/**
 * An amend or a cancel that found no open order: what became of the order is read after the commit, and is final then.
 */
export interface NotOpen {
  readonly notOpen: true
}

/** Nothing was done, and the id stays free. */
export interface Invalid {
  readonly invalid: WireError
}

export type Outcome = Recorded | NotOpen | Invalid

export const NOT_OPEN: NotOpen = { notOpen: true }
export const done = (data: unknown): Recorded => ({ answer: { ok: true, data } })
export const refused = (error: WireError): Recorded => ({ answer: { ok: false, error } })
export const invalid = (error: WireError): Invalid => ({ invalid: error })
