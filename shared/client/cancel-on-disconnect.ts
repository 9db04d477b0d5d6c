import { ERRORS } from '../protocol/errors.ts'
import { CANCEL_AFTER_MS_MAX, CANCEL_ON_DISCONNECT_MS_MIN } from '../protocol/limits.ts'
import { NotConnectedError, RequestRefused } from './errors.ts'
import type { Line } from './line.ts'
import type { Clock } from './surroundings.ts'

/** A grace that was chosen, and that the exchange has not confirmed yet. */
interface Wish {
  readonly graceMs: number
  readonly promise: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

const AGAIN_MS = 500

/**
 * The grace after which the exchange cancels the orders of a client that is gone. A new one takes the place of the former
 * only when the exchange has confirmed it, so that no failure leaves the account without the protection that it had.
 */
export class CancelOnDisconnect {
  readonly #clock: Clock
  readonly #ofOptions: number | undefined
  /** Confirmed by the exchange; undefined while that of the options holds. */
  #confirmedMs: number | undefined
  #wish: Wish | undefined

  constructor(ofOptions: number | undefined, clock: Clock) {
    this.#ofOptions = ofOptions
    this.#clock = clock
  }

  /** What the handshake asks for. */
  get ofHandshake(): number | undefined {
    return this.#confirmedMs === undefined ? this.#ofOptions : undefined
  }

  /**
   * @param line the connection of the account; undefined where there is none yet
   * @throws {RangeError} {RequestRefused} the former grace still holds
   */
  async choose(graceMs: number, line: Line | undefined): Promise<void> {
    const isInRange = graceMs >= CANCEL_ON_DISCONNECT_MS_MIN && graceMs <= CANCEL_AFTER_MS_MAX
    if (graceMs !== 0 && !(Number.isInteger(graceMs) && isInRange)) {
      const expected = `0, or a whole number from ${CANCEL_ON_DISCONNECT_MS_MIN} to ${CANCEL_AFTER_MS_MAX}`
      throw new RangeError(`cancelOnDisconnect: expected ${expected}, found ${graceMs}`)
    }
    const before = this.#wish
    if (before?.graceMs === graceMs) return before.promise
    if (!before && graceMs === (this.#confirmedMs ?? this.#ofOptions ?? 0)) return
    before?.resolve()
    const wish = wishOf(graceMs)
    this.#wish = wish
    if (line) this.#send(line, graceMs, wish)
    return wish.promise
  }

  /** A connection has been made that has an account. One that is taken back is sent until it is confirmed, then no more. */
  joined(line: Line): void {
    if (this.#wish) this.#send(line, this.#wish.graceMs, this.#wish)
    else this.#restore(line)
  }

  /** The client is closed: what was not confirmed is not known to hold. */
  close(): void {
    const wish = this.#wish
    this.#wish = undefined
    // A program that is closing need not have waited for it.
    wish?.promise.catch(() => undefined)
    wish?.reject(new NotConnectedError())
  }

  #restore(line: Line): void {
    if (this.#confirmedMs) this.#send(line, this.#confirmedMs, undefined)
  }

  #send(line: Line, graceMs: number, wish: Wish | undefined): void {
    line.send('cancelOnDisconnect', { graceMs }, (answer) => {
      if (answer.ok) {
        this.#confirmedMs = graceMs
        wish?.resolve()
      }
      // Another has been chosen meanwhile.
      if (wish !== this.#wish) return
      if (answer.ok) {
        this.#wish = undefined
      } else if (ERRORS[answer.error.code].retry === 'same_id') {
        const waitMs = Math.max(AGAIN_MS, answer.error.retryAfterMs ?? 0)
        this.#clock.after(waitMs, () => {
          if (wish === this.#wish) this.#send(line, graceMs, wish)
        })
      } else if (wish) {
        this.#wish = undefined
        wish.reject(new RequestRefused(answer.error))
        this.#restore(line)
      }
    })
  }
}

function wishOf(graceMs: number): Wish {
  let [resolve, reject]: [Wish['resolve'], Wish['reject']] = [() => undefined, () => undefined]
  const promise = new Promise<void>((...settle) => ([resolve, reject] = settle))
  return { graceMs, promise, resolve, reject }
}
