import type { Redis } from 'ioredis'
import type { Logger } from '../../telemetry/logger.ts'
import { atOnce, gatherWrites } from './gathered-writes.ts'

const TOLD_MS_MIN = 10_000

/** Publishes, and never fails: who listens knows by itself what it has missed. Lost messages are counted. */
export class Publisher {
  readonly #client: Redis
  readonly #gather: () => void
  readonly #log: Logger
  #lost = 0
  #toldAtMs = 0

  constructor(client: Redis, log: Logger) {
    this.#client = client
    this.#gather = gatherWrites(client, atOnce)
    this.#log = log
  }

  /** Messages that did not get out, as far as is known. */
  get lost(): number {
    return this.#lost
  }

  publish(channel: string, message: string | Buffer): void {
    this.#say(() => this.#client.publish(channel, message))
  }

  /** For `ms` ms, then gone. */
  keep(key: string, value: string, ms: number): void {
    this.#say(() => this.#client.set(key, value, 'PX', ms))
  }

  #say(command: () => Promise<unknown>): void {
    if (this.#client.status !== 'ready') {
      this.#miss()
      return
    }
    this.#gather()
    command().catch(() => this.#miss())
  }

  #miss(): void {
    this.#lost += 1
    const nowMs = Date.now()
    if (nowMs - this.#toldAtMs < TOLD_MS_MIN) return
    this.#toldAtMs = nowMs
    this.#log.warn({ lost: this.#lost }, 'redis: messages are lost')
  }
}
