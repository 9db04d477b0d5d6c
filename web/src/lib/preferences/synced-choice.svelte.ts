import { writeCookie } from './cookie.ts'
import type { SyncedKey } from './synced.ts'
import type { Preferences } from './preferences.ts'

export interface SyncedChoiceParts<Choice> {
  readonly key: SyncedKey
  /** What the server painted the page by. */
  readonly painted: Choice
  /** Of who has chosen nothing. */
  readonly usual: Choice
  readonly preferences: Preferences
  /** What is kept; undefined for what is none. */
  readonly read: (value: unknown) => Choice | undefined
  readonly cookies: (choice: Choice) => [string, string][]
}

/** Some settings that are chosen, seen and kept together. Who does more with them than show them overrides `show`. */
export class SyncedChoice<Choice extends object> {
  choice: Choice
  readonly #cookies: SyncedChoiceParts<Choice>['cookies']
  readonly #changed: () => void

  constructor({ key, painted, usual, preferences, read, cookies }: SyncedChoiceParts<Choice>) {
    this.choice = $state.raw(painted)
    this.#cookies = cookies
    this.#changed = preferences.keep({
      key,
      value: () => this.choice,
      isChosen: () => !isSame(this.choice, usual),
      take: (value) => {
        const kept = read(value)
        if (kept && !isSame(kept, this.choice)) this.show(kept)
      },
    })
  }

  choose(change: Partial<Choice>): void {
    this.show({ ...this.choice, ...change })
    this.#changed()
  }

  /** As it is from now on, whether it was chosen here or elsewhere. */
  protected show(choice: Choice): void {
    this.choice = choice
    for (const [name, value] of this.#cookies(choice)) writeCookie(name, value)
  }
}

/** Of flat fields, all of which are always there. */
function isSame(a: object, b: object): boolean {
  const of = new Map(Object.entries(b) as [string, unknown][])
  return Object.entries(a).every(([name, value]) => of.get(name) === value)
}
