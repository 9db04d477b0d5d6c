import type { DatabaseLogger } from './connection.ts'
import { StatementNames } from './statement-names.ts'

/** Logs slow statements, by name and without values. */
export class SlowStatements {
  readonly #msMax: number
  readonly #logger: DatabaseLogger
  #names: StatementNames | undefined

  /** @param msMax the longest time from sending a statement to its answer that is not logged; 0 logs none */
  constructor(msMax: number, logger: DatabaseLogger) {
    this.#msMax = msMax
    this.#logger = logger
  }

  /** @param given the argument of `query`: a text, or an object with a text and, if prepared, a name */
  note(ms: number, given: unknown): void {
    if (this.#msMax === 0 || ms <= this.#msMax) return
    const { name, text } = typeof given === 'string' ? { text: given } : (given as { name?: string; text: string })
    // Loads all SQL files, so only for statements without a name.
    const statement = name ?? (this.#names ??= new StatementNames()).nameOf(text)
    this.#logger.warn({ statement, ms: Math.round(ms) }, 'a slow statement')
  }
}
