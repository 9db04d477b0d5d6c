import { createContext } from 'svelte'
import { MediaQuery } from 'svelte/reactivity'
import { SyncedChoice } from '#lib/preferences/synced-choice.svelte.ts'
import type { Preferences } from '#lib/preferences/preferences.ts'
import { DEFAULT, type DisplayChoice, displayCookies, displayFrom, rootDataOf } from './display-choice.ts'

/** How the page is shown, apart from its colors: by choice, and for motion also by the system's setting. */
export class Display extends SyncedChoice<DisplayChoice> {
  readonly #isCalmSystem = new MediaQuery('prefers-reduced-motion: reduce', false)
  /** The system's setting for reduced motion applies without another choice here. */
  readonly isSystemPreference = $derived(this.#isCalmSystem.current)
  readonly seen = $derived<DisplayChoice>({
    ...this.choice,
    hasLessMotion: this.choice.hasLessMotion || this.isSystemPreference,
  })

  constructor(painted: DisplayChoice, preferences: Preferences) {
    super({ key: 'display', painted, usual: DEFAULT, preferences, read: displayFrom, cookies: displayCookies })
  }

  /** Writes the choice on the page's root, as the server did; call it in an effect. */
  paint(): void {
    Object.assign(document.documentElement.dataset, rootDataOf(this.seen))
  }
}

export const [useDisplay, provideDisplay] = createContext<Display>()
