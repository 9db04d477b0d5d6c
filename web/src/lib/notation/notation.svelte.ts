import { browser } from '$app/env'
import { createContext } from 'svelte'
import { SyncedChoice } from '#lib/preferences/synced-choice.svelte.ts'
import type { Preferences } from '#lib/preferences/preferences.ts'
import { readNotationFrom } from './current.ts'
import { DEFAULT, type Notation, type NotationChoice, notationCookies, notationFrom } from './notation.ts'

/** How numbers and times are written. Kept with the user, but for where this browser is. */
export class NotationState extends SyncedChoice<NotationChoice> {
  #timeZone = $state.raw<string | undefined>()
  readonly current = $derived<Notation>({ ...this.choice, timeZone: this.#timeZone })

  constructor(painted: Notation, preferences: Preferences) {
    const { timeZone, ...choice } = painted
    super({
      ...{ key: 'notation', painted: choice, usual: DEFAULT, preferences, read: notationFrom },
      cookies: (shown) => notationCookies({ ...shown, timeZone: zoneFor(shown) }),
    })
    this.#timeZone = timeZone
    // The server answers many: hooks.server.ts.
    if (browser) readNotationFrom(() => this.current)
  }

  /** The server has painted by where this browser was, if it knew. */
  locate(): void {
    if (this.#timeZone !== zoneFor(this.choice)) this.show(this.choice)
  }

  protected override show(choice: NotationChoice): void {
    this.#timeZone = zoneFor(choice)
    super.show(choice)
  }
}

const zoneFor = ({ isLocal }: NotationChoice): string | undefined =>
  isLocal ? Intl.DateTimeFormat().resolvedOptions().timeZone : undefined

export const [useNotation, provideNotation] = createContext<NotationState>()
