import { createContext } from 'svelte'
import { MediaQuery } from 'svelte/reactivity'
import { SyncedChoice } from '#lib/preferences/synced-choice.svelte.ts'
import type { Preferences } from '#lib/preferences/preferences.ts'
import { DEFAULT, type DisplayChoice, displayCookies, displayFrom, rootDataOf } from './display-choice.ts'

/** How the page is shown, beside its colors: by choice, and of motion by the system's wish. */
export class Display extends SyncedChoice<DisplayChoice> {
  readonly #isCalmSystem = new MediaQuery('prefers-reduced-motion: reduce', false)
  /** Who asked the system for less motion gets it here without asking again. */
  readonly isSystemsWish = $derived(this.#isCalmSystem.current)
  readonly seen = $derived<DisplayChoice>({
    ...this.choice,
    hasLessMotion: this.choice.hasLessMotion || this.isSystemsWish,
  })

  constructor(painted: DisplayChoice, preferences: Preferences) {
    super({ key: 'display', painted, usual: DEFAULT, preferences, read: displayFrom, cookies: displayCookies })
  }

  /** Writes what is seen on the page's root, as the server did: in an effect. */
  paint(): void {
    Object.assign(document.documentElement.dataset, rootDataOf(this.seen))
  }
}

export const [useDisplay, provideDisplay] = createContext<Display>()
