import { ERRORS } from '../protocol/errors.ts'
import { CANCEL_AFTER_MS_MAX, CANCEL_ON_DISCONNECT_MS_MIN } from '../protocol/limits.ts'
import { NotConnectedError, RequestRefused } from './errors.ts'
import type { Connection } from './connection.ts'
import type { Clock } from './surroundings.ts'

/** A grace that the exchange has not confirmed yet. */
interface PendingGrace {
  readonly graceMs: number
  readonly promise: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

const AGAIN_MS = 500

/**
 * The grace after which the exchange cancels the orders of a client that is gone. A new one replaces the former only when
 * the exchange has confirmed it, so that no failure leaves the account without the protection that it had.
 */
export class CancelOnDisconnect {
  readonly #clock: Clock
  readonly #ofOptions: number | undefined
  /** Confirmed by the exchange; undefined while that of the options holds. */
  #confirmedMs: number | undefined
  #pending: PendingGrace | undefined

  constructor(ofOptions: number | undefined, clock: Clock) {
    this.#ofOptions = ofOptions
    this.#clock = clock
  }

  /** What the handshake asks for. */
  get ofHandshake(): number | undefined {
    return this.#confirmedMs === undefined ? this.#ofOptions : undefined
  }

  /**
   * @param connection the connection of the account; undefined where there is none yet
   * @throws {RangeError} {RequestRefused} the former grace still holds
   */
  async choose(graceMs: number, connection: Connection | undefined): Promise<void> {
    const isInRange = graceMs >= CANCEL_ON_DISCONNECT_MS_MIN && graceMs <= CANCEL_AFTER_MS_MAX
    if (graceMs !== 0 && !(Number.isInteger(graceMs) && isInRange)) {
      const expected = `0, or a whole number from ${CANCEL_ON_DISCONNECT_MS_MIN} to ${CANCEL_AFTER_MS_MAX}`
      throw new RangeError(`cancelOnDisconnect: expected ${expected}, found ${graceMs}`)
    }
    const before = this.#pending
    if (before?.graceMs === graceMs) return before.promise
    if (!before && graceMs === (this.#confirmedMs ?? this.#ofOptions ?? 0)) return
    before?.resolve()
    const pending = pendingOf(graceMs)
    this.#pending = pending
    if (connection) this.#send(connection, graceMs, pending)
    return pending.promise
  }

  /** A connection for the account has been made: it is sent the grace, and 0 only until that is confirmed. */
  joined(connection: Connection): void {
    if (this.#pending) this.#send(connection, this.#pending.graceMs, this.#pending)
    else this.#restore(connection)
  }

  /** The client is closed: an unconfirmed grace is not known to hold. */
  close(): void {
    const pending = this.#pending
    this.#pending = undefined
    // A program that closes the client need not handle it.
    pending?.promise.catch(() => undefined)
    pending?.reject(new NotConnectedError())
  }

  #restore(connection: Connection): void {
    if (this.#confirmedMs) this.#send(connection, this.#confirmedMs, undefined)
  }

  #send(connection: Connection, graceMs: number, pending: PendingGrace | undefined): void {
    connection.send('cancelOnDisconnect', { graceMs }, (answer) => {
      if (answer.ok) {
        this.#confirmedMs = graceMs
        pending?.resolve()
      }
      // Another one has been chosen meanwhile.
      if (pending !== this.#pending) return
      if (answer.ok) {
        this.#pending = undefined
      } else if (ERRORS[answer.error.code].retry === 'same_id') {
        const waitMs = Math.max(AGAIN_MS, answer.error.retryAfterMs ?? 0)
        this.#clock.after(waitMs, () => {
          if (pending === this.#pending) this.#send(connection, graceMs, pending)
        })
      } else if (pending) {
        this.#pending = undefined
        pending.reject(new RequestRefused(answer.error))
        this.#restore(connection)
      }
    })
  }
}

function pendingOf(graceMs: number): PendingGrace {
  let [resolve, reject]: [PendingGrace['resolve'], PendingGrace['reject']] = [() => undefined, () => undefined]
  const promise = new Promise<void>((...settle) => ([resolve, reject] = settle))
  return { graceMs, promise, resolve, reject }
}
