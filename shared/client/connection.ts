import type { Answer, Goodbye } from '../protocol/events.ts'
import type { TraceHeaders } from '../protocol/trace.ts'
import { SILENCE_MS_MAX } from '../protocol/limits.ts'
import type { Transport, TransportEnd, TransportOptions } from './transport.ts'
import type { Surroundings } from './surroundings.ts'

const LOOK_MS = 500

/** A monitored transport: it ends after a silence, and reports the server's goodbye as the reason where there was one. */
export class Connection {
  readonly #transport: Transport
  readonly #clock: Surroundings['clock']
  readonly #lost: (end: TransportEnd) => void
  #heardAt: number
  #stopWatch: () => void
  #goodbye: Goodbye | undefined
  #isOver = false

  constructor(
    options: TransportOptions,
    listeners: {
      frame(connection: Connection, event: string, payload: unknown): void
      lost(connection: Connection, end: TransportEnd): void
    },
    { openTransport, clock }: Pick<Surroundings, 'openTransport' | 'clock'>,
  ) {
    this.#clock = clock
    this.#heardAt = clock.now()
    this.#lost = (end) => listeners.lost(this, end)
    this.#transport = openTransport(options, {
      frame: (event, payload) => {
        this.#heardAt = clock.now()
        if (event === 'goodbye') this.#goodbye = payload as Goodbye
        if (!this.#isOver) listeners.frame(this, event, payload)
      },
      lost: (end) => this.#end(this.#goodbye ?? end),
    })
    this.#stopWatch = clock.after(LOOK_MS, () => this.#look())
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** When the server was last heard; before that, when the handshake began. */
  get heardAtMs(): number {
    return Math.min(this.#heardAt, this.#clock.now())
  }

  /** Sends a request; it is never answered if the connection is lost first. */
  send(event: string, payload: unknown, answered: (answer: Answer) => void, trace?: TraceHeaders): void {
    if (this.#isOver) return
    const heard = (answer: Answer) => {
      this.#heardAt = this.#clock.now()
      if (!this.#isOver) answered(answer)
    }
    this.#transport.send(event, payload, heard, trace)
  }

  /** Ends it without calling `lost`. */
  close(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#stopWatch()
    this.#transport.close()
  }

  #look(): void {
    const now = this.#clock.now()
    // A clock that was set back does not show how much time has passed.
    if (now < this.#heardAt) this.#heardAt = now
    if (now - this.#heardAt > SILENCE_MS_MAX) this.#end({ message: 'nothing was heard' })
    else this.#stopWatch = this.#clock.after(LOOK_MS, () => this.#look())
  }

  #end(end: TransportEnd): void {
    if (this.#isOver) return
    this.close()
    this.#lost(end)
  }
}
