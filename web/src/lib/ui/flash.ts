import type { Attachment } from 'svelte/attachments'

interface Move {
  readonly count: number
  readonly direction: -1 | 0 | 1
}

/** At most two flashes a second per cell. */
const FLASH_EVERY_MS = 500
const FLASH_MS = 400

/**
 * Flashes a cell's background when its price moves; text color and weight stay. Off by setting, and with reduced motion,
 * where an arrow beside the price shows the direction.
 * @param move the listing's last move
 */
export function flash(move: () => Move): Attachment<HTMLElement> {
  let seen: number | undefined
  let flashedAt = -FLASH_EVERY_MS
  return (node) => {
    const { count, direction } = move()
    const isFirst = seen === undefined
    if (isFirst || count === seen || direction === 0) {
      seen = count
      return
    }
    seen = count
    const now = performance.now()
    if (now - flashedAt < FLASH_EVERY_MS || document.documentElement.dataset['flash'] === 'off') return
    flashedAt = now
    const color = direction > 0 ? 'var(--up-soft)' : 'var(--down-soft)'
    node.animate([{ backgroundColor: color }, { backgroundColor: 'transparent' }], FLASH_MS)
  }
}
