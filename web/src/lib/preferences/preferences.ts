import type { Client } from '@valiant/shared/client/client'
import { createContext } from 'svelte'
import type { Session } from '#lib/session/session.svelte.ts'
import { writeCookie } from './cookie.ts'
import { SYNCED_KEYS, type Synced, type SyncedKey, type SyncedValues, UNSAVED_COOKIE } from './synced.ts'

/** Several changes in a row, such as the drag of a panel's edge, are saved as one. */
const SAVE_AFTER_MS = 400

/**
 * Keeps what the visitor chose on the server, so that it follows them to another browser. A change is in the cookie at
 * once, and saved when it has stood for a moment; what cannot be saved now is when the connection is back, or by the next
 * page. Each key is saved whole and the last write wins: a page that was in the background while another tab or device
 * changed something reads it when it is looked at again, so only what is changed in both within that time is lost, in one.
 */
export class Preferences {
  readonly #session: Session
  readonly #kept = new Map<SyncedKey, Synced>()
  readonly #unsaved: Set<SyncedKey>
  #timer: ReturnType<typeof setTimeout> | undefined
  #saving = Promise.resolve()
  /** Counts what was changed here: what was read before is older. */
  #changes = 0

  /** @param unsaved what the page before has left */
  constructor(session: Session, unsaved: readonly SyncedKey[]) {
    this.#session = session
    this.#unsaved = new Set(unsaved)
  }

  /** @returns to be called after each change of it that is the visitor's */
  keep(kept: Synced): () => void {
    this.#kept.set(kept.key, kept)
    return () => this.#changed(kept.key)
  }

  /**
   * Takes in what the server has, and gives it what it does not have yet: what a visitor chose before they were somebody.
   * @param values undefined without a user, or where they could not be read
   */
  adopt(values: SyncedValues | undefined): void {
    if (!this.#isSomebody) this.#mark([])
    if (!this.#session.visitor || values === undefined) return
    for (const kept of this.#kept.values()) {
      if (this.#unsaved.has(kept.key)) continue
      if (Object.hasOwn(values, kept.key)) kept.take(values[kept.key])
      else if (kept.isChosen()) this.#changed(kept.key)
    }
  }

  /** Saves when there is a connection, and reads what changed while the page was away or hidden. @returns ends it */
  follow(client: Client): () => void {
    let wasLive = false
    let isFirst = true
    const stop = client.on('connection', ({ phase }) => {
      const isLive = phase === 'live'
      if (isLive && !wasLive) {
        // The page of the server has it as it was a moment ago.
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

  /** Who cannot be looked up now is somebody all the same. */
  get #isSomebody(): boolean {
    return this.#session.visitor !== undefined || this.#session.isVisitorAway
  }

  #changed(key: SyncedKey): void {
    this.#changes++
    // Who is nobody keeps it in the cookie alone.
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
      // What is shown stays; it is read again when the page is next looked at.
    }
  }

  /** One after the other: a save that is sent again must not come after a later one. */
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
