import { browser } from '$app/env'
import { createContext } from 'svelte'
import { writeCookie } from '#lib/preferences/cookie.ts'
import type { Preferences } from '#lib/preferences/preferences.ts'
import { readNotationFrom } from './current.ts'
import { DEFAULT, isSame, type Notation, type NotationChoice, notationCookies, notationFrom } from './notation.ts'

/** How numbers and times are written. Kept with the user, but for where this browser is. */
export class NotationState {
  current = $state.raw<Notation>(DEFAULT)
  readonly #changed: () => void

  constructor(notation: Notation, preferences: Preferences) {
    this.current = notation
    // The server answers many: hooks.server.ts.
    if (browser) readNotationFrom(() => this.current)
    this.#changed = preferences.keep({
      key: 'notation',
      value: () => chosen(this.current),
      isChosen: () => !isSame(this.current, DEFAULT),
      take: (value) => {
        const kept = notationFrom(value)
        if (kept && !isSame(kept, this.current)) this.#show(kept)
      },
    })
  }

  choose(change: Partial<NotationChoice>): void {
    this.#show({ ...chosen(this.current), ...change })
    this.#changed()
  }

  /** The server has painted by where this browser was, if it knew. */
  locate(): void {
    if (this.current.isLocal && this.current.timeZone !== timeZoneHere()) this.#show(chosen(this.current))
  }

  #show(choice: NotationChoice): void {
    this.current = { ...choice, timeZone: choice.isLocal ? timeZoneHere() : undefined }
    for (const [name, value] of notationCookies(this.current)) writeCookie(name, value)
  }
}

const chosen = ({ numbers, isLocal, hasTwelveHours }: Notation): NotationChoice => ({
  numbers,
  isLocal,
  hasTwelveHours,
})
const timeZoneHere = () => Intl.DateTimeFormat().resolvedOptions().timeZone

export const [useNotation, provideNotation] = createContext<NotationState>()
