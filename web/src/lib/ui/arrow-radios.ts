import type { Attachment } from 'svelte/attachments'

const STEPS: Readonly<Record<string, 1 | -1>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }

/** Makes buttons with the role of radios behave like native ones: one Tab stop, arrows pick the next. */
export const arrowRadios: Attachment<HTMLElement> = (group) => {
  const shown = () => [...group.querySelectorAll<HTMLElement>('[role=radio]:enabled')].filter(isShown)
  const settle = () => {
    const all = shown()
    const stop = all.find((one) => one === document.activeElement) ?? all.find(isPicked) ?? all[0]
    for (const one of all) one.tabIndex = one === stop ? 0 : -1
  }
  const onkeydown = (event: KeyboardEvent) => {
    const step = STEPS[event.key]
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    const all = shown()
    const at = all.findIndex((one) => one === document.activeElement)
    const next = all.at((at + step) % all.length)
    if (at === -1 || !next) return
    event.preventDefault()
    next.focus()
    next.click()
  }
  // The picked button and the enabled ones change without a key here; the visible ones with the page's width.
  const changes = new MutationObserver(settle)
  changes.observe(group, { subtree: true, attributeFilter: ['aria-checked', 'disabled'] })
  const sizes = new ResizeObserver(settle)
  sizes.observe(group)
  group.addEventListener('focusin', settle)
  group.addEventListener('focusout', settle)
  group.addEventListener('keydown', onkeydown)
  return () => {
    changes.disconnect()
    sizes.disconnect()
    group.removeEventListener('focusin', settle)
    group.removeEventListener('focusout', settle)
    group.removeEventListener('keydown', onkeydown)
  }
}

const isShown = (one: HTMLElement): boolean => one.offsetParent !== null
const isPicked = (one: HTMLElement): boolean => one.ariaChecked === 'true'
