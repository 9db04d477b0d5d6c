import type { Attachment } from 'svelte/attachments'

/** Moves between the rows of a table's body with up and down, to each row's first link; Enter is the link's own. */
export const walkRows: Attachment<HTMLElement> = (body) => {
  const walk = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    const row = event.target instanceof Element ? event.target.closest('tr') : null
    if (step === undefined || !row) return
    event.preventDefault()
    let next: Element | null = row
    // Rows with another row's form or buttons have no link.
    do next = step > 0 ? next.nextElementSibling : next.previousElementSibling
    while (next && !next.querySelector('a'))
    next?.querySelector('a')?.focus()
  }
  body.addEventListener('keydown', walk)
  return () => body.removeEventListener('keydown', walk)
}
