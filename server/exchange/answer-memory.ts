import type { Answer } from '@valiant/shared/protocol/events'
import type { CommandEntry } from '../bus/commands.ts'
import type { NotOpen } from './operations/outcome.ts'

/** What a command was answered under its id; where it found no open order, that is read anew each time. */
export type Result = Answer | NotOpen

/** An answer under the id that it will be known by. */
export interface KnownAnswer {
  readonly payloadHash: string | undefined
  readonly result: Result
}

/** Names a copy of a command on the bus: sent again it is the same entry. */
export const entryKey = ({ gateway, id }: CommandEntry): string => `${gateway} ${id}`
const pendingKey = (account: number, commandId: string) => `${account} ${commandId}`

/** Answers that the journal does not know: those that wait for their commit, and those that use no id up. */
export class AnswerMemory {
  readonly #pending = new Map<string, KnownAnswer>()
  /** By entry, in order of their end: a second copy of the entry gets the same. */
  readonly #passing = new Map<string, { readonly answer: Answer; readonly untilMs: number }>()

  isPending(account: number, commandId: string): boolean {
    return this.#pending.has(pendingKey(account, commandId))
  }

  pending(account: number, commandId: string): KnownAnswer | undefined {
    return this.#pending.get(pendingKey(account, commandId))
  }

  /** @returns to be called when it is committed */
  awaitCommit(account: number, commandId: string, answer: KnownAnswer): () => void {
    const key = pendingKey(account, commandId)
    this.#pending.set(key, answer)
    return () => void this.#pending.delete(key)
  }

  passing(entry: CommandEntry): Answer | undefined {
    return this.#passing.get(entryKey(entry))?.answer
  }

  /** Keeps an answer until its entry expires. */
  rememberPassing(entry: CommandEntry, answer: Answer, nowMs: number): void {
    for (const [key, { untilMs }] of this.#passing) {
      if (untilMs >= nowMs) break
      this.#passing.delete(key)
    }
    this.#passing.set(entryKey(entry), { answer, untilMs: entry.expiresAtMs })
  }
}
