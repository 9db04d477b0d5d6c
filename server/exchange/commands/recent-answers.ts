import { ANSWER_MS_MAX } from '@valiant/shared/protocol/limits'
import { OldestFirst } from '../oldest-first.ts'

/**
 * For this long after its answer, copies of a command may still arrive; its gateway sends none that would have expired.
 */
const KEPT_MS = ANSWER_MS_MAX

/** Answers by key, each kept as long as a copy of its command may arrive. Times are monotonic. */
export class RecentAnswers<Value> {
  readonly #answers = new OldestFirst<string, { readonly value: Value; readonly untilMs: number }>()

  get(key: string): Value | undefined {
    return this.#answers.get(key)?.value
  }

  keep(key: string, value: Value, nowMs: number): void {
    const answers = this.#answers
    for (let { oldest } = answers; oldest !== undefined && oldest[1].untilMs < nowMs; { oldest } = answers) {
      answers.delete(oldest[0])
    }
    answers.set(key, { value, untilMs: nowMs + KEPT_MS })
  }
}
