import type { Scale } from '#lib/ticket/scale.ts'
import { grouped } from '#lib/ui/format.ts'
import { type Chip, CHIP_PX } from './chips.ts'

/** As many chips of one head at nearly one price are shown one below the other. */
const APART_MAX = 3

/** What the gathering depends on. */
interface Room {
  readonly top: number
  readonly bottom: number
  readonly scale: Scale
  /** The chip that is being dragged: it stays itself. */
  readonly movingId: string | undefined
}

/**
 * Many orders at nearly one price become one chip that counts them, because a stack of chips would say nothing of where
 * its orders are, and would cover the candles. Where even short stacks would not fit, no two orders stand apart.
 * @param coordinateOf pixels from the top of a price; undefined before the first drawing
 */
export function gathered(
  chips: readonly Chip[],
  coordinateOf: (price: number) => number | undefined,
  { top, bottom, scale, movingId }: Room,
): readonly Chip[] {
  const apartMax = chips.length * CHIP_PX > bottom - top ? 1 : APART_MAX
  const piles: { readonly head: string; readonly y: number; readonly chips: Chip[] }[] = []
  const alone: Chip[] = []
  for (const chip of chips.toSorted((a, b) => b.price - a.price)) {
    const at = coordinateOf(chip.price)
    if (at === undefined || !chip.canCancel || chip.id === movingId) {
      alone.push(chip)
      continue
    }
    const y = Math.min(bottom, Math.max(top, at))
    const pile = piles.findLast(({ head }) => head === chip.head)
    if (pile && y - pile.y < CHIP_PX) pile.chips.push(chip)
    else piles.push({ head: chip.head, y, chips: [chip] })
  }
  return [
    ...piles.flatMap((pile) => (pile.chips.length > apartMax ? counted(pile.chips, scale) : pile.chips)),
    ...alone,
  ]
}

/** One chip for several, at the middle of their prices. */
function counted(chips: readonly Chip[], scale: Scale): readonly Chip[] {
  const [highest, lowest] = [chips[0], chips.at(-1)]
  if (!highest || !lowest) return []
  const qty = grouped(scale.qty(chips.reduce((sum, { lots }) => sum + lots, 0)))
  const [from, to] = [lowest, highest].map(({ price }) => grouped(price.toFixed(scale.tick.decimals)))
  return [
    {
      ...highest,
      id: `${highest.id} and more`,
      price: (highest.price + lowest.price) / 2,
      text: `${chips.length} orders, ${qty}`,
      tone: undefined,
      label: `${highest.head}: ${chips.length} orders, ${qty} in all, ${from === to ? `at ${from}` : `from ${from} to ${to}`}`,
      canCancel: false,
      canMove: false,
      isWaiting: chips.every(({ isWaiting }) => isWaiting),
      members: chips.map(({ id }) => id),
    },
  ]
}

/** Orders that are counted by a chip: the price axis labels only the first of them. */
export const unlabeledOf = (chips: readonly Chip[]): readonly string[] =>
  chips.flatMap(({ members }) => members?.slice(1) ?? [])
