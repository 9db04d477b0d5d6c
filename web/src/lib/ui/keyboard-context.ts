/** Whether a key belongs to a field: single letters do nothing else there. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target.matches('input:not([type=checkbox]):not([type=radio]), textarea, select')
}

/** Users of speech input, or who hit keys by accident, can turn single-character shortcuts off (WCAG 2.1.4). */
let hasKeys = true
export const setKeys = (on: boolean): void => void (hasKeys = on)
const isCharacter = ({ key }: KeyboardEvent): boolean => key.length === 1

/** Whether a key is awaited to be chosen as the key of a command. */
export const isChoosing = ({ target }: KeyboardEvent): boolean =>
  target instanceof Element && target.closest('[data-takes-keys]') !== null

/** Whether a key belongs to something open over the page: a menu jumps to the item that starts with a typed letter. */
export const isOver = (event: KeyboardEvent): boolean =>
  isChoosing(event) ||
  (event.target instanceof Element &&
    event.target.closest('[role=menu], [role=listbox], [role=alertdialog], [aria-modal=true]') !== null)

/** Whether a single key is a command of the page: not while typing or in a menu, with Ctrl, ⌘ or Alt, or when already handled. */
export const isCommand = (event: KeyboardEvent): boolean =>
  !event.defaultPrevented &&
  !event.ctrlKey &&
  !event.metaKey &&
  !event.altKey &&
  !isTyping(event) &&
  !isOver(event) &&
  (hasKeys || !isCharacter(event))

/**
 * Whether a key with Alt is a command of the page. In fields it is the system's own: it writes signs (Option+3 is # on a
 * British Mac), opens a select, moves by words. Ctrl+Alt is AltGr, which writes too.
 */
export const isAltCommand = (event: KeyboardEvent): boolean =>
  event.altKey && !event.ctrlKey && !event.metaKey && !event.defaultPrevented && !isTyping(event) && !isOver(event)
