import type { Welcome } from '../protocol/events.ts'
import type { Connection } from './connection.ts'
import type { Clock } from './surroundings.ts'

const MEASURE_EVERY_MS = 5_000
const SETTLING_MS = 500
/** A measurement may be wrong by half its round trip, so longer ones are discarded. */
const ROUND_TRIP_MS_MAX = 1_000
/** A larger difference means that one of the clocks was set, so the time of the welcome replaces the measurement. */
const CLOCK_JUMP_MS = 2_000

/** The server's wall clock, estimated from its welcome and then from the time that it answers. */
export class ServerClock {
  readonly #clock: Clock
  readonly #measured: (connection: Connection, latencyMs: number) => void
  #offsetMs: number | undefined
  /** The instance whose clock that is. */
  #instanceId: string | undefined
  #cancel: () => void = () => undefined

  /** @param measured called with the round trip of each measurement */
  constructor(clock: Clock, measured: (connection: Connection, latencyMs: number) => void) {
    this.#clock = clock
    this.#measured = measured
  }

  /** The server's clock minus this machine's. */
  get offsetMs(): number {
    return this.#offsetMs ?? 0
  }

  now(): number {
    return Math.round(this.#clock.now() + this.offsetMs)
  }

  welcome({ time, instanceId }: Welcome): void {
    const offsetMs = time - this.#clock.now()
    // Another instance has another clock. For the same one a measurement is better: it allows for the round trip.
    const isOther = instanceId !== this.#instanceId
    this.#instanceId = instanceId
    if (isOther || Math.abs(offsetMs - this.offsetMs) > CLOCK_JUMP_MS) this.#offsetMs = offsetMs
  }

  /**
   * Measures from now on, over this connection alone. The first time is a little later, because a page that has just
   * loaded is still busy and would measure its own slowness.
   */
  measureOver(connection: Connection): void {
    this.#measureIn(SETTLING_MS, connection)
  }

  stop(): void {
    this.#cancel()
  }

  #measureIn(ms: number, connection: Connection): void {
    this.#cancel()
    this.#cancel = this.#clock.after(ms, () => {
      this.#measureIn(MEASURE_EVERY_MS, connection)
      this.#measure(connection)
    })
  }

  #measure(connection: Connection): void {
    const sentAt = this.#clock.now()
    connection.send('time', {}, (answer) => {
      const latencyMs = Math.max(0, this.#clock.now() - sentAt)
      // The time of a server that was stalled is that of its answer, not of the request.
      if (answer.ok && latencyMs <= ROUND_TRIP_MS_MAX) {
        this.#offsetMs = (answer.data as { time: number }).time + latencyMs / 2 - this.#clock.now()
      }
      this.#measured(connection, latencyMs)
    })
  }
}
