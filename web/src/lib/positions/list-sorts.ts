import type { Order } from '@valiant/shared/protocol/order'
import type { Listing } from '#lib/market/listing.svelte.ts'
import { linePriceOf, typeText } from '#lib/orders/order-text.ts'
import type { LivePosition } from '#lib/session/account.svelte.ts'
import { TableSort } from '#lib/ui/table-sort.svelte.ts'

export type PositionColumn = 'name' | 'value' | 'unrealized'
export type OrderColumn = 'name' | 'type' | 'price' | 'placed'
export type PositionSort = TableSort<LivePosition, PositionColumn>
export type OrderSort = TableSort<Order, OrderColumn>

export const positionSort = (): PositionSort =>
  new TableSort(
    ({ position }) => position.symbol,
    ({ listing, position, value, unrealized }, column) =>
      ({ name: listing?.label ?? position.symbol, value, unrealized })[column],
  )

export const orderSort = (listingOf: (symbol: string) => Listing | undefined): OrderSort =>
  new TableSort(
    ({ orderId }) => orderId,
    (order, column) =>
      ({
        name: listingOf(order.symbol)?.label ?? order.symbol,
        type: typeText(order),
        price: Number(linePriceOf(order) ?? 0),
        placed: order.createdAt,
      })[column],
  )
