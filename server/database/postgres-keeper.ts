import type { Logger } from '../telemetry/logger.ts'
import type { EmbeddedPostgres } from './embedded-postgres.ts'
import { reasonOf } from './startup-error.ts'

const CHECK_MS = 2_000

type Kept = Pick<EmbeddedPostgres, 'lives' | 'startAgain' | 'boundLog'>

/**
 * Restarts an embedded Postgres that ended without being stopped, for example when the system ran out of memory; the server
 * then recovers as after any outage of the database. It also bounds the log of one that runs for years.
 */
export class PostgresKeeper implements AsyncDisposable {
  readonly #postgres: Kept
  readonly #log: Pick<Logger, 'warn'>
  readonly #timer: NodeJS.Timeout
  #checking: Promise<void> | undefined
  #logged = ''

  constructor(postgres: Kept, log: Pick<Logger, 'warn'>) {
    this.#postgres = postgres
    this.#log = log
    this.#timer = setInterval(() => {
      this.#checking ??= this.#check().finally(() => (this.#checking = undefined))
    }, CHECK_MS)
  }

  /** Stops watching, after a restart in progress. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    await this.#checking
  }

  /** Never rejects. */
  async #check(): Promise<void> {
    try {
      await this.#postgres.boundLog()
    } catch (error) {
      this.#logOnce(`The log of the embedded Postgres cannot be kept short: ${reasonOf(error)}`)
    }
    if (await this.#postgres.lives()) return
    try {
      await this.#postgres.startAgain()
      this.#logOnce('The embedded Postgres had ended: it was started again.')
      this.#logged = ''
    } catch (error) {
      this.#logOnce(`The embedded Postgres has ended and cannot be started: ${reasonOf(error)}`)
    }
  }

  /** Logs a text once, until it changes. */
  #logOnce(text: string): void {
    if (text !== this.#logged) this.#log.warn(text)
    this.#logged = text
  }
}
