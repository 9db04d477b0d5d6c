import type { Order } from '@valiant/shared/protocol/order'
import type { LivePosition } from '#lib/session/account.svelte.ts'
import { kindOf, linePriceOf } from '#lib/orders/order-text.ts'
import { rounded } from '#lib/ticket/amount.ts'
import type { Scale } from '#lib/ticket/scale.ts'
import { grouped, signedMoney, toneOf } from '#lib/ui/format.ts'

/** A chip over the canvas, at the price of one of the account's orders or of its position. */
export interface Chip {
  readonly id: string
  readonly price: number
  readonly head: string
  readonly text: string
  readonly tone?: { readonly text: string; readonly sign: '' | 'up' | 'down' } | undefined
  /** What remains of its order. */
  readonly lots: number
  /** Its name for screen readers. */
  readonly label: string
  readonly canCancel: boolean
  /** Whether its line can be dragged to another price. */
  readonly canMove: boolean
  /** Whether it is not in the book but waits for its trigger or its entry. */
  readonly isWaiting: boolean
  /** The chips it counts, if it stands for several. */
  readonly members?: readonly string[]
}

/** Where a chip is, in pixels from the top. `off` is its price with an arrow, when that is off the scale. */
export interface Spot {
  readonly id: string
  readonly y: number
  readonly off?: string
}

export interface PlacedChip extends Chip, Spot {}

export const POSITION_CHIP = 'position'

/**
 * The chips of all orders with a price, and of the position.
 * @param moved the line being dragged and its current price, which its chip shows
 */
export function chipsOf(
  orders: readonly Order[],
  position: LivePosition | undefined,
  { name, scale, moved }: { name: string; scale: Scale; moved?: { id: string; ticks: number } | undefined },
): readonly Chip[] {
  const priceOf = (order: Order) => (moved?.id === order.orderId ? scale.price(moved.ticks) : linePriceOf(order))
  /** The price from which an exit's profit is measured: that of its entry if it waits for it, else the position's. */
  const entryPriceOf = (leg: Order): number | undefined => {
    if (leg.status !== 'held') return position && Number(position.position.avgPrice)
    const entry = orders.find(({ orderId }) => orderId === leg.parentOrderId)
    const price = entry && priceOf(entry)
    return price === undefined ? undefined : Number(price)
  }
  const ofOrder = (order: Order): Chip[] => {
    const [price, restsAt] = [priceOf(order), linePriceOf(order)]
    if (price === undefined || restsAt === undefined) return []
    const { orderId, side, qty, filledQty, remainingQty } = order
    const verb = VERB[side]
    const isPartial = scale.lots(filledQty) !== 0
    const size = isPartial ? `${grouped(remainingQty)} of ${grouped(qty)}` : grouped(qty)
    const gain = order.role ? gainAt(price, order, entryPriceOf(order)) : undefined
    return [
      {
        id: orderId,
        price: Number(price),
        head: order.role ? HEAD[order.role] : verb,
        text: order.role ? `${verb} ${size}` : `${kindOf(order)} ${size}`,
        ...(gain === undefined ? {} : { tone: { text: signedMoney(gain), sign: toneOf(gain.toFixed(2)) } }),
        lots: scale.lots(remainingQty) ?? 0,
        label: `${order.role ? `${kindOf(order)}: ${verb.toLowerCase()}` : verb} ${grouped(remainingQty)} ${name} at ${grouped(restsAt)}`,
        canCancel: true,
        canMove: order.type !== 'trailing_stop',
        isWaiting: order.status === 'held' || order.status === 'untriggered',
      },
    ]
  }
  const ofPosition = ({ position: { qty, avgPrice }, unrealized }: LivePosition): Chip => ({
    id: POSITION_CHIP,
    price: Number(avgPrice),
    head: qty.startsWith('-') ? 'Short' : 'Long',
    text: grouped(qty),
    tone: { text: signedMoney(unrealized), sign: toneOf(unrealized.toFixed(2)) },
    lots: 0,
    label: `Position ${grouped(qty)} ${name} at ${grouped(rounded(avgPrice, scale.tick.decimals))}`,
    canCancel: false,
    canMove: true,
    isWaiting: false,
  })
  return [...orders.flatMap(ofOrder), ...(position ? [ofPosition(position)] : [])]
}

const VERB = { buy: 'Buy', sell: 'Sell' } as const
const HEAD = { take_profit: 'TP', stop_loss: 'SL' } as const

/** The profit or loss of an exit if it filled at its line, before fees; for display. */
function gainAt(price: string, { remainingQty, side }: Order, entryPrice: number | undefined): number | undefined {
  if (entryPrice === undefined) return undefined
  return (side === 'sell' ? 1 : -1) * (Number(price) - entryPrice) * Number(remainingQty)
}

/** Height of a chip with the gap below it. */
export const CHIP_PX = 22

/** The chips that have a spot: a new one gets its own with the next drawing. */
export const chipsAt = (chips: readonly Chip[], spots: readonly Spot[]): readonly PlacedChip[] =>
  chips.flatMap((chip) => {
    const spot = spots.find(({ id }) => id === chip.id)
    return spot ? [{ ...spot, ...chip }] : []
  })

/**
 * Places chips at their lines without overlap; one whose line is off the scale sticks to the edge.
 * @param coordinateOf pixels from the top of a price; undefined before the first drawing
 */
export function placed(
  chips: readonly Pick<Chip, 'id' | 'price' | 'members'>[],
  coordinateOf: (price: number) => number | undefined,
  { top, bottom, decimals }: { top: number; bottom: number; decimals: number },
): readonly Spot[] {
  const shown = chips
    .flatMap(({ id, price, members }): (Spot & { readonly price: number })[] => {
      const at = coordinateOf(price)
      if (at === undefined) return []
      const y = Math.min(bottom, Math.max(top, at))
      if (y === at) return [{ id, price, y }]
      const way = at < y ? '↑' : '↓'
      // Several orders have several prices.
      return [{ id, price, y, off: members ? way : `at ${grouped(price.toFixed(decimals))} ${way}` }]
    })
    .sort((a, b) => a.y - b.y || b.price - a.price)
  let below = -Infinity
  const apart = shown.map((chip) => {
    below = Math.max(chip.y, below + CHIP_PX)
    return { ...chip, y: below }
  })
  // Chips pushed past the bottom push the others up.
  let above = bottom + CHIP_PX
  return apart
    .reverse()
    .map((chip) => {
      above = Math.min(chip.y, above - CHIP_PX)
      return { ...chip, y: above }
    })
    .reverse()
}
