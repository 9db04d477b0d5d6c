import type { PlaceOrder } from '@valiant/shared/protocol/order'
import { nameOf } from '@valiant/shared/protocol/order-type-name'
import type { PlaceOrderRequest } from '../../bus/exchange-request.ts'
import { readCents, readLots } from '../../feed/account/order-decimals.ts'
import type { ListedInstrument } from '../../instruments.ts'
import { checked, forbid, needed } from './read-field.ts'

/**
 * The size of an order: a quantity or, for a market order, the money that it may cost.
 * @throws {RequestFailure} INVALID, naming the field
 */
export function quantityOf(
  { type, qty, notional }: PlaceOrder,
  instrument: ListedInstrument,
): Pick<PlaceOrderRequest, 'lots' | 'notionalCents'> {
  if (type !== 'market') forbid('notional', notional, `for ${nameOf(type)}`)
  if (notional === undefined) {
    const expected = type === 'market' ? 'a quantity, or notional' : 'a quantity'
    return { lots: checked(readLots('qty', needed('qty', qty, expected), instrument)) }
  }
  forbid('notional', qty === undefined ? undefined : notional, 'beside qty')
  return { lots: 0, notionalCents: checked(readCents('notional', notional)) }
}

/**
 * The quantity of a part of a position.
 * @throws {RequestFailure} INVALID, naming the field
 */
export const partOf = (qty: string | undefined, instrument: ListedInstrument): { lots?: number } =>
  qty === undefined ? {} : { lots: checked(readLots('qty', qty, instrument)) }
