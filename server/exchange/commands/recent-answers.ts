import { ANSWER_MS_MAX } from '@valiant/shared/protocol/limits'
import { OldestFirst } from '../oldest-first.ts'

/** After its answer, further copies of a command may arrive for this long: its gateway sends none that would have expired. */
const KEPT_MS = ANSWER_MS_MAX

/** Answers by key, each kept for as long as a further copy of its command may arrive. */
export class RecentAnswers<Value> {
  readonly #answers = new OldestFirst<string, { readonly value: Value; readonly untilMs: number }>()

  get(key: string): Value | undefined {
    return this.#answers.get(key)?.value
  }

  keep(key: string, value: Value, nowMs: number): void {
    this.#forget(nowMs)
    this.#answers.set(key, { value, untilMs: nowMs + KEPT_MS })
  }

  /** Drops expired answers, and those from before the clock was set back, which would otherwise stay too long. */
  #forget(nowMs: number): void {
    const isOver = (untilMs: number) => untilMs < nowMs || untilMs > nowMs + KEPT_MS
    for (
      let { oldest } = this.#answers;
      oldest !== undefined && isOver(oldest[1].untilMs);
      { oldest } = this.#answers
    ) {
      this.#answers.delete(oldest[0])
    }
  }
}
