import type { Client } from '@valiant/shared/client/client'
import type { Visitor } from '@valiant/shared/protocol/page'
import { createContext } from 'svelte'
import type { Session } from '#lib/session/session.svelte.ts'
import { writeCookie } from './cookie.ts'
import { PERSONAL_KEYS, SYNCED_KEYS, type Synced, type SyncedKey, type SyncedValues, UNSAVED_COOKIE } from './synced.ts'

/** Changes in quick succession, such as dragging the edge of a panel, are saved as one. */
const SAVE_AFTER_MS = 400

/**
 * Saves the visitor's preferences on the server, so that they follow them to another browser. A change is written to the
 * cookie at once and saved a moment later; what cannot be saved now is saved when the connection is back, or by the next
 * page. Each key is saved as a whole and the last write wins. A page in the background reads the values again when it is
 * shown, so a change is lost only if another tab or device changes the same key in the meantime.
 */
export class Preferences {
  readonly #session: Session
  readonly #kept = new Map<SyncedKey, Synced>()
  readonly #unsaved: Set<SyncedKey>
  #user: Visitor | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #saving = Promise.resolve()
  /** Counts what was changed here: what was read before is older. */
  #changes = 0

  /** @param unsaved the keys that the previous page has not saved */
  constructor(session: Session, unsaved: readonly SyncedKey[]) {
    this.#session = session
    this.#user = session.visitor
    this.#unsaved = new Set(unsaved)
  }

  /** @returns a function to call after each change that the visitor makes */
  keep(kept: Synced): () => void {
    this.#kept.set(kept.key, kept)
    return () => this.#changed(kept.key)
  }

  /**
   * Takes in the values on the server, and saves those that it does not have: a visitor may have chosen them before signing
   * in. Nothing of a former user's is saved for the next one, and what decides over their money goes back to its default.
   * @param values undefined without a user, or if they could not be read
   */
  adopt(values: SyncedValues | undefined): void {
    const isAnother = this.#isAnotherUser()
    if (isAnother || !this.#isSomebody) this.#mark([])
    if (isAnother) for (const key of PERSONAL_KEYS) this.#kept.get(key)?.reset?.()
    if (!this.#session.visitor || values === undefined) return
    for (const kept of this.#kept.values()) {
      if (this.#unsaved.has(kept.key)) continue
      if (Object.hasOwn(values, kept.key)) kept.take(values[kept.key])
      else if (kept.isChosen()) this.#changed(kept.key)
    }
  }

  /** Saves while there is a connection, and reads what changed while the page was offline or hidden. @returns a function that stops it */
  follow(client: Client): () => void {
    let wasLive = false
    let isFirst = true
    const stop = client.on('connection', ({ phase }) => {
      const isLive = phase === 'live'
      if (isLive && !wasLive) {
        // The server painted the page with the current values a moment ago.
        if (!isFirst) void this.#read(client)
        isFirst = false
        this.#save(client)
      }
      wasLive = isLive
    })
    const shown = () => {
      if (!document.hidden && client.isLive) void this.#read(client)
    }
    document.addEventListener('visibilitychange', shown)
    return () => {
      document.removeEventListener('visibilitychange', shown)
      clearTimeout(this.#timer)
      stop()
    }
  }

  /** A user whom the server cannot look up now is signed in all the same. */
  get #isSomebody(): boolean {
    return this.#session.visitor !== undefined || this.#session.isVisitorAway
  }

  /** Whether a user has left this page since the last look. A guest who signs in or up stays the same person. */
  #isAnotherUser(): boolean {
    const { visitor, isVisitorAway } = this.#session
    const before = this.#user
    if (!isVisitorAway) this.#user = visitor
    if (isVisitorAway || before === undefined || before.userId === visitor?.userId) return false
    return !before.isGuest || visitor === undefined || visitor.isGuest
  }

  #changed(key: SyncedKey): void {
    this.#changes++
    // Without a user the cookie alone keeps it.
    if (!this.#isSomebody) return
    this.#mark([...this.#unsaved, key])
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#save(this.#session.client), SAVE_AFTER_MS)
  }

  async #read(client: Client): Promise<void> {
    const { visitor } = this.#session
    if (!visitor) return
    const changes = this.#changes
    try {
      const answers = await Promise.all(SYNCED_KEYS.map((key) => client.ask('preferences.get', { key })))
      if (changes !== this.#changes || this.#session.visitor?.userId !== visitor.userId) return
      this.adopt(Object.assign({}, ...answers) as SyncedValues)
    } catch {
      // What is shown stays; the next time the page is shown reads it again.
    }
  }

  /** Saves one after the other, so that a repeated save never overwrites a later one. */
  #save(client: Client): void {
    this.#saving = this.#saving.then(() => this.#saveAll(client))
  }

  async #saveAll(client: Client): Promise<void> {
    for (const key of [...this.#unsaved]) {
      const kept = this.#kept.get(key)
      if (!kept || !this.#session.visitor || !client.isLive) return
      const changes = this.#changes
      try {
        await client.ask('preferences.set', { key, value: kept.value() })
      } catch {
        return // It stays marked.
      }
      if (changes === this.#changes) this.#mark([...this.#unsaved].filter((other) => other !== key))
    }
  }

  #mark(unsaved: readonly SyncedKey[]): void {
    const before = [...this.#unsaved].join('.')
    this.#unsaved.clear()
    for (const key of unsaved) this.#unsaved.add(key)
    const now = [...this.#unsaved].join('.')
    if (now !== before) writeCookie(UNSAVED_COOKIE, now)
  }
}

export const [usePreferences, providePreferences] = createContext<Preferences>()
