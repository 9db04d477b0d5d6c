import type { ServerClosing, Welcome } from '../protocol/events.ts'
import { retryDelayMs } from './backoff.ts'
import { type CloseCode, type ConnectionState, FINAL_CODES } from './connection-state.ts'
import { Connection } from './connection.ts'
import type { TransportEnd, TransportOptions } from './transport.ts'
import type { Surroundings } from './surroundings.ts'

interface Holder {
  /** What the next handshake carries. */
  handshake(): TransportOptions
  /** A connection has been welcomed: requests go over it from now on. */
  joined(connection: Connection, welcome: Welcome): void
  frame(connection: Connection, event: string, payload: unknown): void
  /** This connection is over: requests on it that have no answer will not get one. */
  lost(connection: Connection): void
  /** Whether this connection may be dropped: no answers or streams are pending on it. */
  isDone(connection: Connection): boolean
  changed(state: ConnectionState): void
}

const DONE_LOOK_MS = 50
/** How long a replaced connection may take to answer its pending requests. */
const LEAVING_MS_MAX = 5_000
/** A rate-limited client waits at least as long as after this many failures. */
const RATE_LIMITED_FAILURES = 5

/**
 * Keeps one connection to the exchange: reconnects with jitter after a loss, and before an instance shuts down opens the
 * next connection while the present one still serves.
 */
export class Reconnector {
  readonly #holder: Holder
  readonly #around: Surroundings
  #state: ConnectionState = { phase: 'connecting' }
  /** In use, or being opened. */
  #current: Connection | undefined
  /** Being opened, to replace the present one. */
  #next: Connection | undefined
  /** Replaced, but with requests that are still to be answered. */
  readonly #leaving = new Set<Connection>()
  #cancelRetry: () => void = () => undefined
  #failures = 0
  #isClosed = false

  constructor(holder: Holder, around: Surroundings) {
    this.#holder = holder
    this.#around = around
  }

  get state(): ConnectionState {
    return this.#state
  }

  /** The connection in use. */
  get current(): Connection | undefined {
    return this.#state.phase === 'live' ? this.#current : undefined
  }

  /** Opens a new connection in place of any other; does nothing once closed. */
  open(): void {
    if (this.#isClosed) return
    this.#drop()
    this.#connect()
  }

  /** Reconnects now rather than at `nextTryAtMs`. */
  retryNow(): void {
    if (this.#state.phase === 'live') return
    this.#failures = 0
    this.open()
  }

  /** Records a latency that was measured on the connection in use. */
  measured(connection: Connection, latencyMs: number): void {
    if (connection === this.current && this.#state.phase === 'live') this.#set({ ...this.#state, latencyMs })
  }

  /** Ends the connection for good. */
  close(): void {
    this.#isClosed = true
    this.#drop()
    this.#set({ phase: 'closed', sinceMs: this.#around.clock.now() })
  }

  #connect(): void {
    if (this.#state.phase !== 'connecting') this.#set(this.#reconnecting())
    this.#current = this.#newConnection()
  }

  #newConnection(): Connection {
    return new Connection(
      this.#holder.handshake(),
      {
        frame: (connection, event, payload) => this.#frame(connection, event, payload),
        lost: (connection, end) => this.#lost(connection, end),
      },
      this.#around,
    )
  }

  #drop(): void {
    this.#cancelRetry()
    const connections = [this.#current, this.#next, ...this.#leaving]
    this.#current = this.#next = undefined
    this.#leaving.clear()
    for (const connection of connections) {
      connection?.close()
      if (connection) this.#holder.lost(connection)
    }
  }

  /**
   * @param end why there is no connection; where absent, the last reason still holds
   * @param lostAtMs since when, unless it was lost before
   */
  #reconnecting(end?: TransportEnd, lostAtMs?: number): ConnectionState & { phase: 'reconnecting' } {
    const { code, message }: Partial<TransportEnd> = end ?? (this.#state.phase === 'reconnecting' ? this.#state : {})
    return {
      phase: 'reconnecting',
      sinceMs: this.#lostAt(lostAtMs),
      ...(code !== undefined && { code }),
      ...(message !== undefined && { message }),
    }
  }

  #lostAt(lostAtMs = this.#around.clock.now()): number {
    const state = this.#state
    return state.phase === 'reconnecting' || state.phase === 'closed' ? state.sinceMs : lostAtMs
  }

  #frame(connection: Connection, event: string, payload: unknown): void {
    if (event === 'welcome') this.#welcomed(connection, payload as Welcome)
    else if (event === 'server.closing' && connection === this.#current)
      this.#moveIn((payload as ServerClosing).afterMs)
    this.#holder.frame(connection, event, payload)
  }

  #welcomed(connection: Connection, welcome: Welcome): void {
    if (connection === this.#next) {
      this.#next = undefined
      if (this.#current) this.#leave(this.#current)
      this.#current = connection
    }
    this.#failures = 0
    // Before it is reported as live: listeners to `live` may send at once.
    this.#holder.joined(connection, welcome)
    this.#set({ phase: 'live', instanceId: welcome.instanceId })
  }

  /** The server spreads its sockets by `afterMs`, so no jitter is added here. */
  #moveIn(ms: number): void {
    this.#cancelRetry()
    this.#cancelRetry = this.#around.clock.after(ms, () => {
      this.#next = this.#newConnection()
    })
  }

  /** Waits for the pending answers on it, while everything else goes over the new one. */
  #leave(connection: Connection): void {
    const { clock } = this.#around
    this.#leaving.add(connection)
    const endAt = clock.now() + LEAVING_MS_MAX
    const look = (): void => {
      if (!this.#leaving.has(connection)) return
      if (clock.now() < endAt && !this.#holder.isDone(connection)) {
        clock.after(DONE_LOOK_MS, look)
        return
      }
      this.#leaving.delete(connection)
      connection.close()
      this.#holder.lost(connection)
    }
    clock.after(DONE_LOOK_MS, look)
  }

  #lost(connection: Connection, end: TransportEnd): void {
    // First: listeners that hear of the loss must not be able to send on this connection.
    this.#holder.lost(connection)
    if (connection === this.#next) this.#nextLost(end)
    else if (connection === this.#current) this.#currentLost(end, connection.heardAtMs)
    else this.#leaving.delete(connection)
  }

  /** No other instance is available yet: the present connection is kept as long as it lasts. */
  #nextLost(end: TransportEnd): void {
    this.#next = undefined
    this.#moveIn(this.#delayAfter(end))
  }

  /** @param heardAtMs a silence is noticed seconds later: what is shown is as old as what was last heard */
  #currentLost(end: TransportEnd, heardAtMs: number): void {
    this.#cancelRetry()
    this.#current = this.#next
    this.#next = undefined
    if (end.code !== undefined && FINAL_CODES.includes(end.code)) {
      this.#current?.close()
      this.#current = undefined
      this.#set({
        phase: 'closed',
        sinceMs: this.#lostAt(heardAtMs),
        code: end.code as CloseCode,
        message: end.message,
      })
    } else if (this.#current) {
      this.#set(this.#reconnecting(end, heardAtMs))
    } else {
      const waitMs = this.#delayAfter(end)
      this.#set({ ...this.#reconnecting(end, heardAtMs), nextTryAtMs: this.#around.clock.now() + waitMs })
      this.#cancelRetry = this.#around.clock.after(waitMs, () => this.#connect())
    }
  }

  #delayAfter({ code, retryAfterMs = 0 }: TransportEnd): number {
    if (code === 'RATE_LIMITED') this.#failures = Math.max(this.#failures, RATE_LIMITED_FAILURES)
    return Math.max(retryAfterMs, 0) + retryDelayMs(this.#failures++, this.#around.random())
  }

  #set(state: ConnectionState): void {
    this.#state = state
    this.#holder.changed(state)
  }
}
