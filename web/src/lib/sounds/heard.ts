import { isClosed } from '@valiant/shared/client/account-mirror'
import type { Fill, Order } from '@valiant/shared/protocol/order'
import type { Sound } from './sound-choice.ts'

interface Heard {
  readonly sound: Sound
  readonly orderId: string
}

/**
 * The sounds of an account frame: one per order that ends in it with a fill, however many parts that took, and one per
 * order that was refused.
 * @param fills the frame's fills that are new
 */
export function heard(orders: readonly Order[], fills: readonly Fill[]): readonly Heard[] {
  return orders.filter(isClosed).flatMap(({ orderId, status }): Heard[] => {
    if (status === 'rejected') return [{ sound: 'refused', orderId }]
    return fills.some((fill) => fill.orderId === orderId) ? [{ sound: 'filled', orderId }] : []
  })
}
