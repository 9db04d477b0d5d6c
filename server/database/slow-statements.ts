import type { DatabaseLogger } from './connection.ts'
import { StatementNames } from './statement-names.ts'

/** Tells the log which statements took long, by name and never by value. */
export class SlowStatements {
  readonly #msMax: number
  readonly #logger: DatabaseLogger
  #names: StatementNames | undefined

  /** @param msMax what a statement may take, from its sending to its answer; 0 logs none */
  constructor(msMax: number, logger: DatabaseLogger) {
    this.#msMax = msMax
    this.#logger = logger
  }

  /** @param given what `pg` was given: a text, or an object that has it, and a name where it is prepared under one */
  note(ms: number, given: unknown): void {
    if (this.#msMax === 0 || ms <= this.#msMax) return
    const { name, text } = typeof given === 'string' ? { text: given } : (given as { name?: string; text: string })
    // All SQL is read for it: only for what has no name of its own.
    const statement = name ?? (this.#names ??= new StatementNames()).nameOf(text)
    this.#logger.warn({ statement, ms: Math.round(ms) }, 'a slow statement')
  }
}
