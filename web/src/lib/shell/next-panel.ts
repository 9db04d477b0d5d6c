const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled), select, [tabindex="0"]'

/** F6: the focus goes to the panel after the one it is in, or before it, round and round. */
export function focusNextPanel(direction: 1 | -1): void {
  const panels = [...document.querySelectorAll<HTMLElement>('.panel')].filter((panel) => panel.offsetParent !== null)
  const here = panels.findIndex((panel) => panel.contains(document.activeElement))
  for (let step = 1; step <= panels.length; step++) {
    const from = here < 0 && direction < 0 ? 0 : here
    const panel = panels[(from + direction * step + 2 * panels.length) % panels.length]
    // What is not shown takes no focus; of radios the one that is picked takes it.
    const first = [...(panel?.querySelectorAll<HTMLElement>(FOCUSABLE) ?? [])].find(
      (one) => one.tabIndex >= 0 && one.checkVisibility(),
    )
    if (!first) continue
    first.focus()
    return
  }
}
