import type { Order } from '@valiant/shared/protocol/order'
import type { LivePosition } from '#lib/session/account.svelte.ts'
import { rounded } from '#lib/ticket/amount.ts'
import type { Scale } from '#lib/ticket/scale.ts'
import { grouped, signedMoney, toneOf } from '#lib/ui/format.ts'

/** A chip over the canvas, at a price of the account's own. */
export interface Chip {
  readonly id: string
  readonly price: number
  readonly head: string
  readonly text: string
  readonly tone?: { readonly text: string; readonly sign: '' | 'up' | 'down' }
  /** Its name for who does not see it. */
  readonly label: string
  readonly canCancel: boolean
}

/** A chip with its place: pixels from the top. `off` is the price and where it lies, when that is out of sight. */
export interface PlacedChip extends Chip {
  readonly y: number
  readonly off?: string
}

export const POSITION_CHIP = 'position'

/** What the chips are of: orders with a price, and the position. */
export function chipsOf(
  orders: readonly Order[],
  position: LivePosition | undefined,
  { name, scale }: { name: string; scale: Scale },
): readonly Chip[] {
  const ofOrder = ({ orderId, side, qty, filledQty, remainingQty, limitPrice = '0' }: Order): Chip => {
    const verb = side === 'buy' ? 'Buy' : 'Sell'
    return {
      id: orderId,
      price: Number(limitPrice),
      head: verb,
      text: scale.lots(filledQty) ? `Limit ${grouped(remainingQty)} of ${grouped(qty)}` : `Limit ${grouped(qty)}`,
      label: `${verb} ${grouped(remainingQty)} ${name} at ${grouped(limitPrice)}`,
      canCancel: true,
    }
  }
  const ofPosition = ({ position: { qty, avgPrice }, unrealized }: LivePosition): Chip => ({
    id: POSITION_CHIP,
    price: Number(avgPrice),
    head: qty.startsWith('-') ? 'Short' : 'Long',
    text: grouped(qty),
    tone: { text: signedMoney(unrealized), sign: toneOf(unrealized.toFixed(2)) },
    label: `Position ${grouped(qty)} ${name} at ${grouped(rounded(avgPrice, scale.tick.decimals))}`,
    canCancel: false,
  })
  return [
    ...orders.filter(({ limitPrice }) => limitPrice !== undefined).map(ofOrder),
    ...(position ? [ofPosition(position)] : []),
  ]
}

const CHIP_PX = 22

/**
 * Chips stand where their lines are drawn, never over one another; what is off the scale sticks to the edge.
 * @param coordinateOf pixels from the top of a price; undefined before the first drawing
 */
export function placed(
  chips: readonly Chip[],
  coordinateOf: (price: number) => number | undefined,
  { top, bottom, decimals }: { top: number; bottom: number; decimals: number },
): readonly PlacedChip[] {
  let below = -Infinity
  return chips
    .flatMap((chip): PlacedChip[] => {
      const at = coordinateOf(chip.price)
      if (at === undefined) return []
      const y = Math.min(bottom, Math.max(top, at))
      if (y === at) return [{ ...chip, y }]
      return [{ ...chip, y, off: `${grouped(chip.price.toFixed(decimals))} ${at < y ? '↑' : '↓'}` }]
    })
    .sort((a, b) => a.y - b.y)
    .map((chip) => {
      const y = Math.max(chip.y, below + CHIP_PX)
      below = y
      return { ...chip, y }
    })
}
