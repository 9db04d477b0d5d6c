/** The same error is told again after so long. */
const REPEAT_MS = 10_000
const KINDS_MAX = 200
/** Clients may ask for their trace: how many there are is not theirs to say. */
const TRANSACTIONS_PER_SECOND_MAX = 50

interface Occurrence {
  readonly exception?: { readonly values?: readonly { readonly type?: string; readonly value?: string }[] }
  readonly message?: string
}

/** Lets an error through that has not been told lately: a loop that fails four times a second is one thing to look at. */
export class Repeats {
  readonly #toldAtMs = new Map<string, number>()

  isDue({ exception, message = '' }: Occurrence, nowMs: number): boolean {
    // Numbers in a message are its case, not its kind.
    const kind = (exception?.values ?? [])
      .map(({ type = '', value = '' }) => `${type} ${value.replaceAll(/\d+/g, '#')}`)
      .concat(message)
      .join('; ')
    const toldAtMs = this.#toldAtMs.get(kind)
    if (toldAtMs !== undefined && nowMs - toldAtMs < REPEAT_MS) return false
    this.#toldAtMs.delete(kind)
    this.#toldAtMs.set(kind, nowMs)
    const [oldest] = this.#toldAtMs.keys()
    if (this.#toldAtMs.size > KINDS_MAX && oldest !== undefined) this.#toldAtMs.delete(oldest)
    return true
  }
}

/** Lets so many through in each second. */
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
