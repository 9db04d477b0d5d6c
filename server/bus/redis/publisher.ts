import type { Redis } from 'ioredis'
import type { Logger } from '../../telemetry/logger.ts'
import { atOnce, gatherWrites } from './gathered-writes.ts'

const LOG_MS_MIN = 10_000

/** Publishes without ever failing: receivers detect gaps themselves. Lost messages are counted. */
export class Publisher {
  readonly #client: Redis
  readonly #gather: () => void
  readonly #log: Logger
  #lost = 0
  #loggedAtMs = 0

  constructor(client: Redis, log: Logger) {
    this.#client = client
    this.#gather = gatherWrites(client, atOnce)
    this.#log = log
  }

  /** Messages that are known not to have been published. */
  get lost(): number {
    return this.#lost
  }

  publish(channel: string, message: string | Buffer): void {
    this.#send(() => this.#client.publish(channel, message))
  }

  /** Stores a value that expires after `ms` ms. */
  keep(key: string, value: string, ms: number): void {
    this.#send(() => this.#client.set(key, value, 'PX', ms))
  }

  #send(command: () => Promise<unknown>): void {
    if (this.#client.status !== 'ready') {
      this.#countLost()
      return
    }
    this.#gather()
    command().catch(() => this.#countLost())
  }

  #countLost(): void {
    this.#lost += 1
    const nowMs = Date.now()
    if (nowMs - this.#loggedAtMs < LOG_MS_MIN) return
    this.#loggedAtMs = nowMs
    this.#log.warn({ lost: this.#lost }, 'redis: messages could not be published')
  }
}
