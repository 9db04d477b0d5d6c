import { writeCookie } from './cookie.ts'
import type { SyncedKey } from './synced.ts'
import type { Preferences } from './preferences.ts'

export interface SyncedChoiceParts<Choice> {
  readonly key: SyncedKey
  /** The choice with which the server painted the page. */
  readonly painted: Choice
  /** The default. */
  readonly usual: Choice
  readonly preferences: Preferences
  /** Reads a saved value; undefined if it is none. */
  readonly read: (value: unknown) => Choice | undefined
  readonly cookies: (choice: Choice) => [string, string][]
}

/** Settings that are chosen, shown and saved together. Subclasses that do more than show them override `show`. */
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
      reset: () => {
        if (!isSame(this.choice, usual)) this.show(usual)
      },
    })
  }

  choose(change: Partial<Choice>): void {
    this.show({ ...this.choice, ...change })
    this.#changed()
  }

  /** Applies a choice, whether it was made here or elsewhere. */
  protected show(choice: Choice): void {
    this.choice = choice
    for (const [name, value] of this.#cookies(choice)) writeCookie(name, value)
  }
}

/** Compares flat objects with the same fields. */
function isSame(a: object, b: object): boolean {
  const of = new Map(Object.entries(b) as [string, unknown][])
  return Object.entries(a).every(([name, value]) => of.get(name) === value)
}
