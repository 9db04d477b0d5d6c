import { browser } from '$app/env'
import { createContext } from 'svelte'
import { SyncedChoice } from '#lib/preferences/synced-choice.svelte.ts'
import type { Preferences } from '#lib/preferences/preferences.ts'
import { readNotationFrom } from './current.ts'
import { DEFAULT, type Notation, type NotationChoice, notationCookies, notationFrom } from './notation.ts'

/** How numbers and times are written. Stored with the user, except for this browser's time zone. */
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
    // The server renders for many visitors: hooks.server.ts reads the request instead.
    if (browser) readNotationFrom(() => this.current)
  }

  /** The server rendered in the time zone it last knew of this browser, if any. */
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
