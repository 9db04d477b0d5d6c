import type { LivePosition } from '#lib/session/account.svelte.ts'
import type { Scale } from '#lib/ticket/scale.ts'
import type { OwnLine } from '../price-series.ts'
import { type Chip, POSITION_CHIP } from './chips.ts'
import type { Moving } from './line-drag.svelte.ts'

/** What is drawn of orders and position. The position's own stays where it is when an exit is taken from it. */
export function linesOf(
  chips: readonly Chip[],
  position: LivePosition | undefined,
  { moving, scale }: { readonly moving: Moving | undefined; readonly scale: Scale },
): readonly OwnLine[] {
  const ofOrders = chips
    .filter(({ id }) => id !== POSITION_CHIP)
    .map(({ id, price, isWaiting }): OwnLine => ({ id, price, kind: isWaiting ? 'waiting' : 'order' }))
  if (!position) return ofOrders
  const ofPosition: OwnLine = { id: POSITION_CHIP, price: Number(position.position.avgPrice), kind: 'position' }
  if (moving?.line.id !== POSITION_CHIP) return [...ofOrders, ofPosition]
  return [...ofOrders, ofPosition, { id: 'exit', price: Number(scale.price(moving.ticks)), kind: 'waiting' }]
}
