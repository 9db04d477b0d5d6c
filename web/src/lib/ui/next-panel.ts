const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled), select, [tabindex="0"]'

/** F6: the focus goes to the panel after the one it is in, or before it, round and round. */
export function focusNextPanel(direction: 1 | -1): void {
  const panels = [...document.querySelectorAll<HTMLElement>('.panel')].filter((panel) => panel.offsetParent !== null)
  const here = panels.findIndex((panel) => panel.contains(document.activeElement))
  for (let step = 1; step <= panels.length; step++) {
    const from = here < 0 && direction < 0 ? 0 : here
    const panel = panels[(from + direction * step + 2 * panels.length) % panels.length]
    const first = panel?.querySelector<HTMLElement>(FOCUSABLE)
    if (!first) continue
    first.focus()
    return
  }
}
