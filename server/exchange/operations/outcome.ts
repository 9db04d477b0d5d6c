import type { Answer } from '@valiant/shared/protocol/events'
import type { WireError } from '@valiant/shared/protocol/wire-error'

/** An answer that is recorded under the command's id for good. */
export interface Recorded {
  readonly answer: Answer
}

/** An amend or cancel found no open order. The order's final state is read after the commit. */
export interface NotOpen {
  readonly notOpen: true
}

/** Nothing was done, and the id is not used up. */
export interface Invalid {
  readonly invalid: WireError
}

export type Outcome = Recorded | NotOpen | Invalid

export const NOT_OPEN: NotOpen = { notOpen: true }
export const done = (data: unknown): Recorded => ({ answer: { ok: true, data } })
export const refused = (error: WireError): Recorded => ({ answer: { ok: false, error } })
export const invalid = (error: WireError): Invalid => ({ invalid: error })
