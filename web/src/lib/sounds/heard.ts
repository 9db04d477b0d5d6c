import { isClosed } from '@valiant/shared/client/account-mirror'
import type { Fill, Order } from '@valiant/shared/protocol/order'
import type { Sound } from './sound-choice.ts'

interface Heard {
  readonly sound: Sound
  readonly orderId: string
}

/**
 * What is heard of an account's frame: an order at its end that has filled in it, however many parts that took, and one
 * that was refused.
 * @param fills those of the frame that were not known yet
 */
export function heard(orders: readonly Order[], fills: readonly Fill[]): readonly Heard[] {
  return orders.filter(isClosed).flatMap(({ orderId, status }): Heard[] => {
    if (status === 'rejected') return [{ sound: 'refused', orderId }]
    return fills.some((fill) => fill.orderId === orderId) ? [{ sound: 'filled', orderId }] : []
  })
}
