/** A press, submit or input from before the page was interactive, kept by app.html. */
interface Early {
  readonly target: Element
  readonly event: Event
  /** What was typed into a field. */
  readonly value?: string
}

declare global {
  /** Stops keeping and returns what was kept; removed after the first call. */
  var valiantEarly: (() => readonly Early[]) | undefined
}

/** Replays what was pressed or typed before the page was interactive, each once, however often it was pressed. */
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

/** Menus open on pointerdown, everything else acts on click. */
function press(target: Element, event: MouseEventInit): void {
  target.dispatchEvent(new PointerEvent('pointerdown', event))
  target.dispatchEvent(new PointerEvent('pointerup', event))
  target.dispatchEvent(new MouseEvent('click', event))
}

/** Hydration may have reset the field. */
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
