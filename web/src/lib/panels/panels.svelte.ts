import { createContext } from 'svelte'
import { writeCookie } from '#lib/preferences/cookie.ts'
import type { Preferences } from '#lib/preferences/preferences.ts'
import {
  HIDDEN,
  type HideablePanel,
  type Panel,
  panelCookies,
  type PanelSize,
  panelSizesFrom,
  panelStyle,
  type PanelSizes,
  panelText,
  screenOf,
  withoutSizes,
  withSize,
} from './panel-sizes.ts'

/** The sizes of a workspace's panels, and which are hidden, per breakpoint. Stored with the user, and in a cookie. */
export class Panels {
  sizes = $state.raw<PanelSizes>({})
  readonly style = $derived(panelStyle(this.sizes))
  readonly #changed: () => void

  constructor(sizes: PanelSizes, preferences: Preferences) {
    this.sizes = sizes
    this.#changed = preferences.keep({
      key: 'panels',
      value: () => this.sizes,
      isChosen: () => panelText(this.sizes) !== '',
      take: (value) => {
        const kept = panelSizesFrom(value)
        if (kept && panelText(kept) !== panelText(this.sizes)) this.#show(kept)
      },
    })
  }

  /** Resizes at the current breakpoint. @param px undefined resets to the default */
  resize(panel: Panel, px: number | undefined): void {
    this.#set(panel, px)
  }

  isHidden(panel: HideablePanel, widthPx: number): boolean {
    const screen = screenOf(widthPx)
    return screen !== undefined && this.sizes[screen]?.[panel] === HIDDEN
  }

  hide(panel: HideablePanel): void {
    this.#set(panel, HIDDEN)
  }

  /** Shows a panel if it is hidden at the current breakpoint. */
  reveal(panel: HideablePanel): void {
    if (this.isHidden(panel, window.innerWidth)) this.#set(panel, undefined)
  }

  /** All panels are shown in their default sizes at the current breakpoint. */
  reset(): void {
    const screen = screenOf(window.innerWidth)
    if (screen === undefined) return
    this.#show(withoutSizes(this.sizes, screen))
    this.#changed()
  }

  #set(panel: Panel, size: PanelSize | undefined): void {
    const screen = screenOf(window.innerWidth)
    if (screen === undefined) return
    this.#show(withSize(this.sizes, { screen, panel, size }))
    this.#changed()
  }

  #show(sizes: PanelSizes): void {
    this.sizes = sizes
    for (const [name, value] of panelCookies(sizes)) writeCookie(name, value)
  }
}

export const [usePanels, providePanels] = createContext<Panels>()
