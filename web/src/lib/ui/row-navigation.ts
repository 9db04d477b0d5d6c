import type { Attachment } from 'svelte/attachments'

/** Up and down go from row to row of a table's body, to each row's first link; Enter is the link's own. */
export const walkRows: Attachment<HTMLElement> = (body) => {
  const walk = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    const row = event.target instanceof Element ? event.target.closest('tr') : null
    if (step === undefined || !row) return
    event.preventDefault()
    let next: Element | null = row
    // Some rows have no link: those under another, with its form or its buttons.
    do next = step > 0 ? next.nextElementSibling : next.previousElementSibling
    while (next && !next.querySelector('a'))
    next?.querySelector('a')?.focus()
  }
  body.addEventListener('keydown', walk)
  return () => body.removeEventListener('keydown', walk)
}
