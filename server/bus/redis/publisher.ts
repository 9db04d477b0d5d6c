import type { Redis } from 'ioredis'
import type { Logger } from '../../telemetry/logger.ts'

const TOLD_MS_MIN = 10_000

/** Publishes, and never fails: who listens knows by itself what it has missed. Lost messages are counted. */
export class Publisher {
  readonly #client: Redis
  readonly #log: Logger
  #lost = 0
  #toldAtMs = 0

  constructor(client: Redis, log: Logger) {
    this.#client = client
    this.#log = log
  }

  /** Messages that did not get out, as far as is known. */
  get lost(): number {
    return this.#lost
  }

  publish(channel: string, message: string | Buffer): void {
    if (this.#client.status === 'ready') this.#client.publish(channel, message).catch(() => this.#miss())
    else this.#miss()
  }

  /** For `ms` ms, then gone. */
  keep(key: string, value: string, ms: number): void {
    if (this.#client.status === 'ready') this.#client.set(key, value, 'PX', ms).catch(() => this.#miss())
    else this.#miss()
  }

  #miss(): void {
    this.#lost += 1
    const nowMs = Date.now()
    if (nowMs - this.#toldAtMs < TOLD_MS_MIN) return
    this.#toldAtMs = nowMs
    this.#log.warn({ lost: this.#lost }, 'redis: messages are lost')
  }
}
