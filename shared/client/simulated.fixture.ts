import type { Answer } from '../protocol/events.ts'
import type { TraceHeaders } from '../protocol/trace.ts'
import { type Client, connectWith, type ConnectOptions } from './client.ts'
import type { TransportEnd, TransportListeners, TransportOptions } from './transport.ts'
import type { Clock, Surroundings } from './surroundings.ts'

/** A clock that a test advances. */
class TestClock implements Clock {
  #now = 1_800_000_000_000
  readonly #due = new Set<{ atMs: number; run: () => void }>()

  now(): number {
    return this.#now
  }

  after(ms: number, run: () => void): () => void {
    const timer = { atMs: this.#now + ms, run }
    this.#due.add(timer)
    return () => void this.#due.delete(timer)
  }

  /** The number of timers that have not run yet. */
  get waiting(): number {
    return this.#due.size
  }

  /** Advances by that many ms, running each timer when due, and promises after each. */
  async pass(ms: number): Promise<void> {
    const endMs = this.#now + ms
    await settled()
    for (;;) {
      const [next] = [...this.#due].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)
      if (next === undefined) break
      this.#due.delete(next)
      this.#now = Math.max(this.#now, next.atMs)
      next.run()
      await settled()
    }
    this.#now = endMs
  }
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

interface Sent {
  readonly event: string
  readonly payload: Record<string, unknown>
  readonly trace: TraceHeaders | undefined
  readonly answer: (answer: Answer) => void
}

/** The server's end of one transport. */
class TestTransport {
  readonly auth: TransportOptions['auth']
  readonly sent: Sent[] = []
  isClosed = false
  readonly #listeners: TransportListeners
  readonly #answered = new Set<Sent>()

  constructor(options: TransportOptions, listeners: TransportListeners) {
    this.auth = options.auth
    this.#listeners = listeners
  }

  tell(event: string, payload: unknown): void {
    if (!this.isClosed) this.#listeners.frame(event, payload)
  }

  /** It breaks, or its handshake is refused. */
  end(end: TransportEnd = { message: 'cut' }): void {
    if (this.isClosed) return
    this.isClosed = true
    this.#listeners.lost(end)
  }

  of(event: string): Sent[] {
    return this.sent.filter((one) => one.event === event)
  }

  /** Answers the last request of this name, unless it has been answered. */
  answer(event: string, answer: Answer): void {
    const last = this.of(event).at(-1)
    if (last === undefined || this.#answered.has(last)) return
    this.#answered.add(last)
    last.answer(answer)
  }
}

/** A client over a test's own transports and clock. */
export class Simulated {
  readonly clock = new TestClock()
  readonly transports: TestTransport[] = []
  readonly client: Client

  constructor(
    options: ConnectOptions = {},
    random: () => number = () => 0,
    around: Pick<Partial<Surroundings>, 'follow'> = {},
  ) {
    let ids = 0
    this.client = connectWith(
      {
        ...around,
        clock: this.clock,
        random,
        newId: () => `id-${(ids += 1)}`,
        openTransport: (transportOptions, listeners) => {
          const transport = new TestTransport(transportOptions, listeners)
          this.transports.push(transport)
          return {
            send: (event, payload, answer, trace) => {
              if (!transport.isClosed)
                transport.sent.push({ event, payload: payload as Record<string, unknown>, answer, trace })
            },
            close: () => {
              transport.isClosed = true
            },
          }
        },
      },
      options,
    )
  }

  /** The newest transport. */
  get transport(): TestTransport {
    const transport = this.transports.at(-1)
    if (transport === undefined) throw new Error('expected a transport')
    return transport
  }

  transportAt(index: number): TestTransport {
    const transport = this.transports[index]
    if (transport === undefined) throw new Error(`expected a transport ${index}`)
    return transport
  }

  /** Answers what a transport has asked to subscribe. */
  async subscribed(transport: TestTransport, data: unknown): Promise<void> {
    transport.answer('subscribe', { ok: true, data })
    await this.clock.pass(0)
  }

  /** Advances by that many ms, with a heartbeat from the server every second. */
  async pass(ms: number): Promise<void> {
    const endMs = this.clock.now() + ms
    for (let counter = 0; this.clock.now() < endMs || counter === 0; counter++) {
      for (const transport of this.transports)
        transport.tell('heartbeat', { time: this.clock.now(), counter, epoch: 1 })
      await this.clock.pass(Math.min(1_000, endMs - this.clock.now()))
    }
  }

  welcome(transport = this.transport, more: object = {}): void {
    const welcome = { protocol: 1, instanceId: `i-${this.transports.indexOf(transport)}`, epoch: 1, resumed: false }
    transport.tell('welcome', { ...welcome, time: this.clock.now(), scopes: [], limits: {}, ...more })
  }
}

export const refusal = (code: string, more: object = {}): Answer =>
  ({ ok: false, error: { code, message: code, outcome: 'not_executed', ...more } }) as Answer
