/** The same error is reported again only after this time. */
const REPEAT_MS = 10_000
const KINDS_MAX = 200
/** Clients may request traces, so their number needs a limit. */
const TRANSACTIONS_PER_SECOND_MAX = 50

interface Occurrence {
  readonly exception?: { readonly values?: readonly { readonly type?: string; readonly value?: string }[] }
  readonly message?: string
}

/** Suppresses errors that were logged or reported a moment ago: a loop that fails four times a second is one problem, not many. */
export class Repeats {
  readonly #reportedAtMs = new Map<string, number>()

  isDue({ exception, message = '' }: Occurrence, nowMs: number): boolean {
    // Messages that differ only in numbers are the same kind of error.
    const kind = (exception?.values ?? [])
      .map(({ type = '', value = '' }) => `${type} ${value.replaceAll(/\d+/g, '#')}`)
      .concat(message)
      .join('; ')
    const reportedAtMs = this.#reportedAtMs.get(kind)
    // A time in the future is from before the clock was set back.
    const isRecent = reportedAtMs !== undefined && reportedAtMs <= nowMs && nowMs - reportedAtMs < REPEAT_MS
    if (isRecent) return false
    this.#reportedAtMs.delete(kind)
    this.#reportedAtMs.set(kind, nowMs)
    const [oldest] = this.#reportedAtMs.keys()
    if (this.#reportedAtMs.size > KINDS_MAX && oldest !== undefined) this.#reportedAtMs.delete(oldest)
    return true
  }
}

/** Allows TRANSACTIONS_PER_SECOND_MAX transactions in each second. */
export class Budget {
  #second = 0
  #taken = 0

  take(nowMs: number): boolean {
    const second = Math.floor(nowMs / 1_000)
    if (second !== this.#second) this.#taken = 0
    this.#second = second
    this.#taken += 1
    return this.#taken <= TRANSACTIONS_PER_SECOND_MAX
  }
}
