/** Whether a key belongs to a text field: single letters are dead there. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target.matches('input:not([type=checkbox]):not([type=radio]), textarea, select')
}

/** Who speaks to the machine, or hits keys unawares, may have none of a single character (WCAG 2.1.4). */
let hasKeys = true
export const setKeys = (on: boolean): void => void (hasKeys = on)
const isCharacter = ({ key }: KeyboardEvent): boolean => key.length === 1

/** What lies open over the page has its letters: a menu goes by them to what begins so. */
const isOver = ({ target }: KeyboardEvent): boolean =>
  target instanceof Element &&
  target.closest('[role=menu], [role=listbox], [role=alertdialog], [aria-modal=true]') !== null

/** A single key, as a command of the page: not while typing or in a menu, not with Ctrl, ⌘ or Alt, not when another took it. */
export const isCommand = (event: KeyboardEvent): boolean =>
  !event.defaultPrevented &&
  !event.ctrlKey &&
  !event.metaKey &&
  !event.altKey &&
  !isTyping(event) &&
  !isOver(event) &&
  (hasKeys || !isCharacter(event))
