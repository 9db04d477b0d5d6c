import type { Attachment } from 'svelte/attachments'

/**
 * Keeps the keyboard focus in a part of the page when the focused element is removed or disabled. It moves to what asks
 * for it with `data-takes-focus`, such as the harmless answer of a question, or to what is now in its place; from an empty
 * part to what is before it. A disabled button gets it back once it is enabled, unless it is in a form: it may stay
 * disabled there, so the focus moves to the field before it. A tap leaves no focus to keep, and opens no keyboard.
 */
export const keepFocus: Attachment<HTMLElement> = (part) => {
  let held: HTMLElement | undefined
  let at = 0

  const settle = () => {
    if (!held || !isLost()) return
    const all = focusable(part)
    if (!held.isConnected) {
      const next = all.find((one) => one.matches('[data-takes-focus]')) ?? all[at] ?? all.at(-1) ?? lastBefore(part)
      next?.focus()
    } else if (!held.matches(':disabled')) held.focus()
    else if (held.closest('form')) lastBefore(held, held.closest('form') ?? part)?.focus()
  }
  // Only elements that come, go or are disabled; streaming texts are not observed.
  const changes = new MutationObserver(settle)

  const enter = ({ target }: FocusEvent) => {
    if (!(target instanceof HTMLElement) || !target.matches(':focus-visible')) {
      leaveIt()
      return
    }
    if (!held) hold()
    held = target
    at = focusable(part).indexOf(target)
  }
  const leave = ({ target, relatedTarget }: FocusEvent) => {
    if (relatedTarget instanceof Node) {
      if (!part.contains(relatedTarget)) leaveIt()
      return
    }
    // Some browsers fire it before they remove the focused element, or when it is disabled: the user did not leave.
    queueMicrotask(() => {
      if (target instanceof Element && target.isConnected && !target.matches(':disabled')) leaveIt()
    })
  }
  /** While the focus is lost, only the document knows that the user went elsewhere. */
  const elsewhere = ({ target }: Event) => {
    if (!(target instanceof Node && part.contains(target))) leaveIt()
  }
  function hold() {
    changes.observe(part, { childList: true, subtree: true, attributeFilter: ['disabled'] })
    for (const type of LEAVING) document.addEventListener(type, elsewhere)
  }
  function leaveIt() {
    held = undefined
    changes.disconnect()
    for (const type of LEAVING) document.removeEventListener(type, elsewhere)
  }

  part.addEventListener('focusin', enter)
  part.addEventListener('focusout', leave)
  return () => {
    leaveIt()
    part.removeEventListener('focusin', enter)
    part.removeEventListener('focusout', leave)
  }
}

const LEAVING = ['focusin', 'pointerdown'] as const

/** A disabled element is the active one until the page is next painted. */
const isLost = (): boolean =>
  document.activeElement === document.body || document.activeElement?.matches(':disabled') === true

const FOCUSABLE = ':is(a[href], button, input, select, textarea, [tabindex]):not(:disabled, [tabindex="-1"])'
const focusable = (part: Element): HTMLElement[] =>
  [...part.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((one) => one.checkVisibility())

/** What precedes an element in the part of the page that is around it. */
const lastBefore = (element: Element, around = element.closest('form, section, main')): HTMLElement | undefined =>
  around
    ? focusable(around).findLast((one) => element.compareDocumentPosition(one) === Node.DOCUMENT_POSITION_PRECEDING)
    : undefined
