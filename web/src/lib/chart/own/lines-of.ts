import type { LivePosition } from '#lib/session/account.svelte.ts'
import type { Scale } from '#lib/ticket/scale.ts'
import type { OwnLine } from '../price-series.ts'
import { type Chip, POSITION_CHIP } from './chips.ts'
import type { Moving } from './line-drag.svelte.ts'

/**
 * The lines of orders and position. The position's own line stays while an exit is dragged from it.
 * @param busy ids of orders with a request in flight: their lines are dashed until the answer
 */
export function linesOf(
  chips: readonly Chip[],
  position: LivePosition | undefined,
  {
    moving,
    scale,
    busy,
  }: { readonly moving: Moving | undefined; readonly scale: Scale; readonly busy: readonly string[] },
): readonly OwnLine[] {
  const ofOrders = chips
    .filter(({ id }) => id !== POSITION_CHIP)
    .map(({ id, price, isWaiting }): OwnLine => ({
      id,
      price,
      kind: isWaiting || busy.includes(id) ? 'waiting' : 'order',
    }))
  if (!position) return ofOrders
  const ofPosition: OwnLine = { id: POSITION_CHIP, price: Number(position.position.avgPrice), kind: 'position' }
  if (moving?.id !== POSITION_CHIP || moving.ticks === undefined) return [...ofOrders, ofPosition]
  return [...ofOrders, ofPosition, { id: 'exit', price: Number(scale.price(moving.ticks)), kind: 'waiting' }]
}

/** The lines with a label on the price axis: one for each price, and none for lines that a chip counts. */
export function labeled(lines: readonly OwnLine[], unlabeled: readonly string[]): readonly OwnLine[] {
  const taken = new Set<number>()
  return lines.map((line) => {
    const hasLabel = !taken.has(line.price) && !unlabeled.includes(line.id)
    if (hasLabel) taken.add(line.price)
    return { ...line, hasLabel }
  })
}
