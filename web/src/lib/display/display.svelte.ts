import { createContext } from 'svelte'
import { MediaQuery } from 'svelte/reactivity'
import { writeCookie } from '#lib/preferences/cookie.ts'
import type { Preferences } from '#lib/preferences/preferences.ts'
import { DEFAULT, type DisplayChoice, displayCookies, displayFrom, isSame, rootDataOf } from './display-choice.ts'

/** How the page is shown, beside its colors: by choice, and of motion by the system's wish. */
export class Display {
  choice = $state.raw<DisplayChoice>(DEFAULT)
  readonly #isCalmSystem = new MediaQuery('prefers-reduced-motion: reduce', false)
  /** Who asked the system for less motion gets it here without asking again. */
  readonly isSystemsWish = $derived(this.#isCalmSystem.current)
  readonly seen = $derived<DisplayChoice>({
    ...this.choice,
    hasLessMotion: this.choice.hasLessMotion || this.isSystemsWish,
  })
  readonly #changed: () => void

  constructor(choice: DisplayChoice, preferences: Preferences) {
    this.choice = choice
    this.#changed = preferences.keep({
      key: 'display',
      value: () => this.choice,
      isChosen: () => !isSame(this.choice, DEFAULT),
      take: (value) => {
        const kept = displayFrom(value)
        if (kept && !isSame(kept, this.choice)) this.#show(kept)
      },
    })
  }

  choose(change: Partial<DisplayChoice>): void {
    this.#show({ ...this.choice, ...change })
    this.#changed()
  }

  /** Writes what is seen on the page's root, as the server did: in an effect. */
  paint(): void {
    Object.assign(document.documentElement.dataset, rootDataOf(this.seen))
  }

  #show(choice: DisplayChoice): void {
    this.choice = choice
    for (const [name, value] of displayCookies(choice)) writeCookie(name, value)
  }
}

export const [useDisplay, provideDisplay] = createContext<Display>()
