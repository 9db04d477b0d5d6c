/** The part of the window above which is past, while there is more to come. */
const EYES = 0.25

/**
 * How far down in the window the eyes are. At the end of what can be scrolled they wander to its foot, so that the last
 * cards, which never come up, are looked at as well.
 * @param leftPx that can still be scrolled
 */
export function readingLineAt({ heightPx, leftPx }: { readonly heightPx: number; readonly leftPx: number }): number {
  const left = Math.min(1, Math.max(0, leftPx / heightPx))
  return heightPx * (1 - (1 - EYES) * left)
}

/** Of cards below each other the last that begins above a line; the first where none does. */
export const cardAt = <Id>(
  cards: readonly { readonly id: Id; readonly topPx: number }[],
  linePx: number,
): Id | undefined => (cards.findLast(({ topPx }) => topPx <= linePx) ?? cards[0])?.id
