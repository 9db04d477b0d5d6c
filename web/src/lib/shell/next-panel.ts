const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled), select, [tabindex="0"]'

/** F6: moves the focus to the next or previous panel, wrapping around. */
export function focusNextPanel(direction: 1 | -1): void {
  const panels = [...document.querySelectorAll<HTMLElement>('.panel')].filter((panel) => panel.offsetParent !== null)
  const here = panels.findIndex((panel) => panel.contains(document.activeElement))
  for (let step = 1; step <= panels.length; step++) {
    const from = here < 0 && direction < 0 ? 0 : here
    const panel = panels[(from + direction * step + 2 * panels.length) % panels.length]
    // Hidden elements take no focus; of radios the picked one does.
    const first = [...(panel?.querySelectorAll<HTMLElement>(FOCUSABLE) ?? [])].find(
      (one) => one.tabIndex >= 0 && one.checkVisibility(),
    )
    if (!first) continue
    first.focus()
    return
  }
}
