import { setTimeout as delay } from 'node:timers/promises'
import type { Connection, Session } from '../../database/connection.ts'
import { sql, type Prepared } from '../../database/sql.ts'
import { run } from './lease-session.ts'

/** Subscribes to notifications of a released lease. */
const LISTEN: Prepared = { name: 'exchange/listen', text: 'LISTEN valiant_lease' }

/** Where a standby waits: it is notified at once when the lease is released, and the leader can see it. */
export class StandbyPost {
  readonly #connection: Connection
  /** The session that listens; any other gets no notifications and holds no lock of ours. */
  #session: Session | undefined
  #isAnnounced = false
  #isNotified = false
  #end = (): void => undefined

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async keep({ isWarm }: { readonly isWarm: boolean }): Promise<void> {
    const session = await this.#connection.session()
    if (session !== this.#session) {
      this.#session?.client.off('notification', this.#notified)
      this.#session = session
      this.#isAnnounced = false
      session.client.on('notification', this.#notified)
      await run(this.#connection, LISTEN)
    }
    if (isWarm && !this.#isAnnounced) {
      await run(this.#connection, sql.exchange.announceStandby)
      this.#isAnnounced = true
    }
  }

  /** Waits, but not if a lease has been released since the last pause. */
  async pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    const ended = new AbortController()
    const end = () => ended.abort()
    this.#end = end
    signal?.addEventListener('abort', end, { once: true })
    if (this.#isNotified || signal?.aborted === true) end()
    await delay(ms, undefined, { signal: ended.signal }).catch(() => undefined) // the caller checks its signal
    signal?.removeEventListener('abort', end)
    this.#isNotified = false
  }

  async leave(): Promise<void> {
    this.#session?.client.off('notification', this.#notified)
    if (!this.#isAnnounced) return
    this.#isAnnounced = false
    await run(this.#connection, sql.exchange.withdrawStandby)
  }

  readonly #notified = (): void => {
    this.#isNotified = true
    this.#end()
  }
}
