import { tick } from 'svelte'
import type { Attachment } from 'svelte/attachments'

/**
 * What has the focus in a table's body may go, alone or with its row. Then the focus is on the link of that row, or of
 * the one that stands there now; with the last of them, on the tab of the list. On nothing, keys would work the page
 * instead of the list.
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
    // Some browsers say it before they remove what had the focus, or as it is disabled: nobody left then.
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
    if (next) linkOf(next)?.focus()
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
const linkOf = (row: Element): HTMLElement | null => row.querySelector('a')

/** A row's form and its buttons on a phone stand in rows of their own, under it. */
function ownerOf(row: HTMLTableRowElement | null): HTMLTableRowElement | undefined {
  let owner: Element | null = row
  while (owner && !linkOf(owner)) owner = owner.previousElementSibling
  return owner instanceof HTMLTableRowElement ? owner : undefined
}
