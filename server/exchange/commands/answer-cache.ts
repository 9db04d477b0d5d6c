import type { Answer } from '@valiant/shared/protocol/events'
import type { CommandEntry } from '../../bus/commands.ts'
import type { NotOpen } from '../operations/outcome.ts'
import { RecentAnswers } from './recent-answers.ts'

/** The outcome of a command with an id. If no open order was found, the order is read again for each copy. */
export type Result = Answer | NotOpen

/** An answer, and the hash of the request that it belongs to. */
export interface KnownAnswer {
  readonly payloadHash: string | undefined
  readonly result: Result
}

/** Identifies a command on the bus; every copy of it has the same key. */
export const entryKey = ({ gateway, id }: CommandEntry): string => `${gateway} ${id}`
const keyOf = (account: number, commandId: string) => `${account} ${commandId}`

/**
 * Answers that need no query: those waiting for their commit, which the journal does not have yet, and those of the last
 * seconds, since copies are frequent under load and a query for each would add to it.
 */
export class AnswerCache {
  readonly #pending = new Map<string, KnownAnswer>()
  readonly #committed = new RecentAnswers<KnownAnswer>()

  remembers(account: number, commandId: string): boolean {
    return this.known(account, commandId) !== undefined
  }

  known(account: number, commandId: string): KnownAnswer | undefined {
    const key = keyOf(account, commandId)
    return this.#pending.get(key) ?? this.#committed.get(key)
  }

  /** @returns a function to call when the answer is committed */
  awaitCommit(account: number, commandId: string, answer: KnownAnswer): (nowMs: number) => void {
    const key = keyOf(account, commandId)
    this.#pending.set(key, answer)
    return (nowMs) => {
      this.#pending.delete(key)
      this.keep(account, commandId, answer, nowMs)
    }
  }

  /** Keeps an answer that the journal contains. */
  keep(account: number, commandId: string, answer: KnownAnswer, nowMs: number): void {
    this.#committed.keep(keyOf(account, commandId), answer, nowMs)
  }
}
