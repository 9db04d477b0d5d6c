import type { OrderReference } from '@valiant/shared/protocol/order'
import { parseId } from '@valiant/shared/units/id'
import { failure, foundText, invalid } from '../answering/wire-error.ts'

/**
 * The order with the given id.
 * @throws {RequestFailure} INVALID without an id or with both; NOT_FOUND for an id that no order of this account has
 */
export function referenceOf(
  { orderId, clientOrderId }: OrderReference,
  account: number,
): { number: number } | { clientOrderId: string } {
  if (orderId === undefined && clientOrderId === undefined) {
    throw invalid('orderId', 'required', { expected: 'orderId or clientOrderId', found: 'neither' })
  }
  if (orderId === undefined) return { clientOrderId: clientOrderId ?? '' }
  if (clientOrderId !== undefined) {
    throw invalid('clientOrderId', 'unknown', { expected: 'orderId or clientOrderId', found: 'both' })
  }
  const id = parseId(orderId)
  // Another account's order must look like one that does not exist.
  if (id === undefined || id.account !== account || id.number === 0) {
    throw failure('NOT_FOUND', `This account has no order with the orderId ${foundText(orderId)}.`)
  }
  return { number: id.number }
}
