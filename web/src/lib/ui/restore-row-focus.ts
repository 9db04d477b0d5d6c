import { tick } from 'svelte'
import type { Attachment } from 'svelte/attachments'

/**
 * Keeps the focus in a table's body when the focused element is removed, alone or with its row: it moves to the link of
 * that row or of the row now in its place, or to the harmless answer of the row's question, and after the last row to the list's tab. Without a focus, keys would go to the
 * page instead of the list.
 */
export const keepPlace: Attachment<HTMLTableSectionElement> = (body) => {
  const panel = body.closest('section')
  let row: HTMLTableRowElement | undefined
  let at = 0
  const linked = () => [...body.rows].filter((one) => linkOf(one))

  const enter = ({ target }: FocusEvent) => {
    row = target instanceof Element ? ownerOf(target.closest('tr')) : undefined
    at = row ? linked().indexOf(row) : 0
  }
  const leave = ({ target, relatedTarget }: FocusEvent) => {
    if (relatedTarget instanceof Node) {
      if (!body.contains(relatedTarget)) row = undefined
      return
    }
    // Some browsers fire it before they remove the focused element, or when it is disabled: the user did not leave.
    queueMicrotask(() => {
      if (target instanceof Element && target.isConnected && !target.matches(':disabled')) row = undefined
    })
  }
  const settle = () => {
    if (!row) return
    const rows = linked()
    const isThere = rows.includes(row)
    if (isThere) at = rows.indexOf(row)
    if (!isLost()) return
    const next = isThere ? row : (rows[at] ?? rows.at(-1))
    // A question in the row has a harmless answer.
    const answer = isThere ? answerIn(body) : undefined
    if (next) (answer ?? linkOf(next))?.focus()
  }
  const changes = new MutationObserver(settle)
  changes.observe(body, { childList: true, subtree: true })
  body.addEventListener('focusin', enter)
  body.addEventListener('focusout', leave)
  return () => {
    changes.disconnect()
    body.removeEventListener('focusin', enter)
    body.removeEventListener('focusout', leave)
    if (row)
      void tick().then(() => isLost() && panel?.querySelector<HTMLElement>('[role=tab][aria-selected=true]')?.focus())
  }
}

const isLost = (): boolean => document.activeElement === document.body
/** On a phone a row's buttons are twice in the page, one of them hidden. */
const answerIn = (body: Element) =>
  [...body.querySelectorAll<HTMLElement>('[data-takes-focus]')].find((one) => one.checkVisibility())
const linkOf = (row: Element): HTMLElement | null => row.querySelector('a')

/** A row's form, and on a phone its buttons, are rows of their own below it. */
function ownerOf(row: HTMLTableRowElement | null): HTMLTableRowElement | undefined {
  let owner: Element | null = row
  while (owner && !linkOf(owner)) owner = owner.previousElementSibling
  return owner instanceof HTMLTableRowElement ? owner : undefined
}
