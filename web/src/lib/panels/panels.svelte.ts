import { createContext } from 'svelte'
import { writeCookie } from '#lib/preferences/cookie.ts'
import type { Preferences } from '#lib/preferences/preferences.ts'
import {
  type Panel,
  panelCookies,
  panelSizesFrom,
  panelStyle,
  type PanelSizes,
  screenOf,
  withSize,
} from './panel-sizes.ts'

/** The sizes of a workspace's panels, per breakpoint. Stored with the user, and in a cookie. */
export class Panels {
  sizes = $state.raw<PanelSizes>({})
  readonly style = $derived(panelStyle(this.sizes))
  readonly #changed: () => void

  constructor(sizes: PanelSizes, preferences: Preferences) {
    this.sizes = sizes
    this.#changed = preferences.keep({
      key: 'panels',
      value: () => this.sizes,
      isChosen: () => this.style !== '',
      take: (value) => {
        const kept = panelSizesFrom(value)
        if (kept && panelStyle(kept) !== this.style) this.#show(kept)
      },
    })
  }

  /** Resizes at the current breakpoint. @param px undefined resets to the default */
  resize(panel: Panel, px: number | undefined): void {
    const screen = screenOf(window.innerWidth)
    if (screen === undefined) return
    this.#show(withSize(this.sizes, { screen, panel, px }))
    this.#changed()
  }

  #show(sizes: PanelSizes): void {
    this.sizes = sizes
    for (const [name, value] of panelCookies(sizes)) writeCookie(name, value)
  }
}

export const [usePanels, providePanels] = createContext<Panels>()
