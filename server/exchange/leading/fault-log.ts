import type { Logger } from 'pino'
import { Fenced } from '../../journal/journal.ts'
import { Repeats } from '../../telemetry/quota.ts'
import { SlowCommit } from './slow-commit.ts'

/**
 * Logs the faults after which a leader recovers, or a standby looks again: one that comes with every retry, such as a full
 * disk, every ten seconds.
 */
export class FaultLog {
  readonly #log: Logger
  readonly #repeats = new Repeats()
  #unlogged = 0

  constructor(log: Logger) {
    this.#log = log
  }

  /** Whether the last fault was not logged: what else every retry logs need not be logged then either. */
  get isQuiet(): boolean {
    return this.#unlogged > 0
  }

  fault(error: unknown, nowMs: number): void {
    const fields = this.#due(error, nowMs)
    if (fields === undefined) return
    if (error instanceof Fenced) this.#log.warn(fields, 'exchange: another leads')
    else if (error instanceof SlowCommit) this.#log.warn(fields, 'exchange: the database is slow; recovers')
    else this.#log.error(fields, 'exchange: recovers from a fault')
  }

  /** The database could not be asked what became of a batch. */
  silence(error: unknown, nowMs: number): void {
    const fields = this.#due(error, nowMs)
    if (fields !== undefined) this.#log.warn(fields, 'exchange: the database does not answer; trying again')
  }

  /** A standby could not follow the journal. */
  lag(error: unknown, nowMs: number): void {
    const fields = this.#due(error, nowMs)
    if (fields !== undefined) this.#log.warn(fields, 'exchange: the journal could not be followed; trying again')
  }

  /** The market takes commands. */
  over(): void {
    if (this.#unlogged === 0) return
    this.#log.info(
      { unlogged: this.#unlogged },
      'exchange: takes commands again, after faults that were not all logged',
    )
    this.#unlogged = 0
  }

  #due(error: unknown, nowMs: number): { err: unknown; unlogged?: number } | undefined {
    const { name, message } = error instanceof Error ? error : { name: '', message: String(error) }
    if (!this.#repeats.isDue({ exception: { values: [{ type: name, value: message }] } }, nowMs)) {
      this.#unlogged += 1
      return undefined
    }
    const unlogged = this.#unlogged
    this.#unlogged = 0
    return { err: error, ...(unlogged > 0 && { unlogged }) }
  }
}
