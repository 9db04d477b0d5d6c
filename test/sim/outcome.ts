import { NotConnectedError, OutcomeUnknownError, RequestRefused } from '@valiant/shared/client/errors'
import type { Order } from '@valiant/shared/protocol/order'

/** A client's final knowledge of a request. */
export type Outcome =
  | { readonly kind: 'done'; readonly order: Order }
  | { readonly kind: 'refused'; readonly code: string; readonly outcome: string; readonly order?: Order }
  | { readonly kind: 'unknown'; readonly finalAt: number | undefined }
  | { readonly kind: 'not sent' }

/** @throws what no request may end with */
export function outcomeOf(error: unknown): Outcome {
  if (error instanceof RequestRefused) {
    const { code, outcome, order } = error.error
    return { kind: 'refused', code, outcome, ...(order !== undefined && { order: order }) }
  }
  if (error instanceof OutcomeUnknownError) return { kind: 'unknown', finalAt: error.finalAt }
  if (error instanceof NotConnectedError) return { kind: 'not sent' }
  throw error
}

/** For the trace. */
export const textOf = (outcome: Outcome): string =>
  outcome.kind === 'refused'
    ? `refused ${outcome.code}`
    : outcome.kind === 'done' && 'status' in outcome.order
      ? `done ${outcome.order.clientOrderId} ${outcome.order.status} ${outcome.order.filledQty}`
      : outcome.kind
