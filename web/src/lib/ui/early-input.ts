/** A press, a submit or an input that came before the page was live: app.html keeps them. */
interface Early {
  readonly target: Element
  readonly event: Event
  /** Of a field: what was typed. */
  readonly value?: string
}

declare global {
  /** Ends the keeping; gone after the first call. */
  var valiantEarly: (() => readonly Early[]) | undefined
}

/** The page is live: what was pressed or typed before is done now, each thing once, however often it was pressed. */
export function replayEarlyInput(): void {
  const kept = globalThis.valiantEarly?.() ?? []
  delete globalThis.valiantEarly
  for (const { target, event, value } of kept) {
    target.removeAttribute('data-early')
    if (target instanceof HTMLFormElement) target.requestSubmit()
    else if (value !== undefined) type(target, value)
    else press(target, event)
  }
}

/** Menus open with the pointer's press already, all else with the click. */
function press(target: Element, event: MouseEventInit): void {
  target.dispatchEvent(new PointerEvent('pointerdown', event))
  target.dispatchEvent(new PointerEvent('pointerup', event))
  target.dispatchEvent(new MouseEvent('click', event))
}

/** A field may have been filled anew while the page came to life. */
function type(target: Element, value: string): void {
  if (
    target instanceof HTMLInputElement ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  )
    target.value = value
  target.dispatchEvent(new Event('input', { bubbles: true }))
  target.dispatchEvent(new Event('change', { bubbles: true }))
}
