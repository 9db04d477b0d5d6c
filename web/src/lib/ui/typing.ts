/** Whether a key belongs to a text field: single letters are dead there. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target.matches('input:not([type=checkbox]):not([type=radio]), textarea, select')
}

/** A single key, as a command of the page: not while typing, not with Ctrl, ⌘ or Alt, not when another took it. */
export const isCommand = (event: KeyboardEvent): boolean =>
  !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event)
