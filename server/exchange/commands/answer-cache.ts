import type { Answer } from '@valiant/shared/protocol/events'
import { ANSWER_MS_MAX } from '@valiant/shared/protocol/limits'
import type { CommandEntry } from '../../bus/commands.ts'
import { OldestFirst } from '../oldest-first.ts'
import type { NotOpen } from '../operations/outcome.ts'

/** What a command was answered under its id; where it found no open order, that is read anew each time. */
export type Result = Answer | NotOpen

/** An answer under the id that it will be known by. */
export interface KnownAnswer {
  readonly payloadHash: string | undefined
  readonly result: Result
}

/** Names a copy of a command on the bus: sent again it is the same entry. */
export const entryKey = ({ gateway, id }: CommandEntry): string => `${gateway} ${id}`
const keyOf = (account: number, commandId: string) => `${account} ${commandId}`

/** So long after its answer further copies of a command may come: its gateway sends none that would have expired. */
const KEPT_MS = ANSWER_MS_MAX

/**
 * Answers that need no reading: those that wait for their commit, which the journal does not know; those of the last
 * seconds, since under load copies of a command are many and a reading for each would be more load; and those that use no
 * id up.
 */
export class AnswerCache {
  readonly #pending = new Map<string, KnownAnswer>()
  /** Committed, in order of their end. */
  readonly #recent = new OldestFirst<string, { readonly answer: KnownAnswer; readonly untilMs: number }>()
  /** By entry, in order of their end: a second copy of the entry gets the same. */
  readonly #passing = new OldestFirst<string, { readonly answer: Answer; readonly untilMs: number }>()

  remembers(account: number, commandId: string): boolean {
    return this.known(account, commandId) !== undefined
  }

  known(account: number, commandId: string): KnownAnswer | undefined {
    const key = keyOf(account, commandId)
    return this.#pending.get(key) ?? this.#recent.get(key)?.answer
  }

  /** @returns to be called when it is committed */
  awaitCommit(account: number, commandId: string, answer: KnownAnswer): (nowMs: number) => void {
    const key = keyOf(account, commandId)
    this.#pending.set(key, answer)
    return (nowMs) => {
      this.#pending.delete(key)
      this.keep(account, commandId, answer, nowMs)
    }
  }

  /** Keeps an answer that the journal has. */
  keep(account: number, commandId: string, answer: KnownAnswer, nowMs: number): void {
    forgetUntil(this.#recent, nowMs)
    this.#recent.set(keyOf(account, commandId), { answer, untilMs: nowMs + KEPT_MS })
  }

  passing(entry: CommandEntry): Answer | undefined {
    return this.#passing.get(entryKey(entry))?.answer
  }

  /** Keeps an answer as long as another copy of its entry may come, which may be dated later than this one. */
  rememberPassing(entry: CommandEntry, answer: Answer, nowMs: number): void {
    forgetUntil(this.#passing, nowMs)
    this.#passing.set(entryKey(entry), { answer, untilMs: nowMs + KEPT_MS })
  }
}

/** Those whose end has come, and those of before the clock was set back, whose end would not for long. */
function forgetUntil(answers: OldestFirst<string, { readonly untilMs: number }>, nowMs: number): void {
  const isOver = (untilMs: number) => untilMs < nowMs || untilMs > nowMs + KEPT_MS
  for (let { oldest } = answers; oldest !== undefined && isOver(oldest[1].untilMs); { oldest } = answers) {
    answers.delete(oldest[0])
  }
}
