import type { ServerClosing, Welcome } from '../protocol/events.ts'
import { retryDelayMs } from './backoff.ts'
import { type CloseCode, type ConnectionState, FINAL_CODES } from './connection.ts'
import { Line } from './line.ts'
import type { LinkEnd, LinkOptions } from './link.ts'
import type { Surroundings } from './surroundings.ts'

interface Holder {
  /** How the next handshake is made. */
  handshake(): LinkOptions
  /** A line has been welcomed: what is sent goes over it from now on. */
  joined(line: Line, welcome: Welcome): void
  frame(line: Line, event: string, payload: unknown): void
  /** This line is over: what was sent on it and not answered never will be. */
  lost(line: Line): void
  /** Whether this line may be dropped: nothing is expected of it any more. */
  isDone(line: Line): boolean
  changed(state: ConnectionState): void
}

const DONE_LOOK_MS = 50
/** A line that has been left answers what was asked on it within this, or never. */
const LEAVING_MS_MAX = 5_000
/** Who was told to send less comes back as late as after so many failures. */
const RATE_LIMITED_FAILURES = 5

/**
 * Keeps one line to the exchange: makes it anew when it is lost, with jitter, and before an instance goes away makes the
 * next one while the present one still serves.
 */
export class Lines {
  readonly #holder: Holder
  readonly #around: Surroundings
  #state: ConnectionState = { phase: 'connecting' }
  /** In use, or on its way. */
  #current: Line | undefined
  /** On its way, to take the place of the present one. */
  #next: Line | undefined
  /** Replaced, but still to answer what was asked on them. */
  readonly #leaving = new Set<Line>()
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

  /** The line in use. */
  get current(): Line | undefined {
    return this.#state.phase === 'live' ? this.#current : undefined
  }

  /** Makes a new connection in place of whatever there is; nothing once it is closed. */
  open(): void {
    if (this.#isClosed) return
    this.#drop()
    this.#connect()
  }

  /** Tries at once instead of when it is due. */
  retryNow(): void {
    if (this.#state.phase === 'live') return
    this.#failures = 0
    this.open()
  }

  /** What a measurement of the line in use has found. */
  measured(line: Line, latencyMs: number): void {
    if (line === this.current && this.#state.phase === 'live') this.#set({ ...this.#state, latencyMs })
  }

  /** Ends the connection for good. */
  close(): void {
    this.#isClosed = true
    this.#drop()
    this.#set({ phase: 'closed', sinceMs: this.#around.clock.now() })
  }

  #connect(): void {
    if (this.#state.phase !== 'connecting') this.#set(this.#reconnecting())
    this.#current = this.#newLine()
  }

  #newLine(): Line {
    return new Line(
      this.#holder.handshake(),
      {
        frame: (line, event, payload) => this.#frame(line, event, payload),
        lost: (line, end) => this.#lost(line, end),
      },
      this.#around,
    )
  }

  #drop(): void {
    this.#cancelRetry()
    const lines = [this.#current, this.#next, ...this.#leaving]
    this.#current = this.#next = undefined
    this.#leaving.clear()
    for (const line of lines) {
      line?.close()
      if (line) this.#holder.lost(line)
    }
  }

  /** @param end why there is no connection; where it is not given, what was said before still holds */
  #reconnecting(end?: LinkEnd): ConnectionState & { phase: 'reconnecting' } {
    const { code, message }: Partial<LinkEnd> = end ?? (this.#state.phase === 'reconnecting' ? this.#state : {})
    return {
      phase: 'reconnecting',
      sinceMs: this.#lostAt(),
      ...(code !== undefined && { code }),
      ...(message !== undefined && { message }),
    }
  }

  #lostAt(): number {
    const state = this.#state
    return state.phase === 'reconnecting' || state.phase === 'closed' ? state.sinceMs : this.#around.clock.now()
  }

  #frame(line: Line, event: string, payload: unknown): void {
    if (event === 'welcome') this.#welcomed(line, payload as Welcome)
    else if (event === 'server.closing' && line === this.#current) this.#moveIn((payload as ServerClosing).afterMs)
    this.#holder.frame(line, event, payload)
  }

  #welcomed(line: Line, welcome: Welcome): void {
    if (line === this.#next) {
      this.#next = undefined
      if (this.#current) this.#leave(this.#current)
      this.#current = line
    }
    this.#failures = 0
    // Told before it is shown as live: who hears `live` may send.
    this.#holder.joined(line, welcome)
    this.#set({ phase: 'live', instanceId: welcome.instanceId })
  }

  /** The server has drawn the moment, each socket its own: it is not drawn a second time here. */
  #moveIn(ms: number): void {
    this.#cancelRetry()
    this.#cancelRetry = this.#around.clock.after(ms, () => {
      this.#next = this.#newLine()
    })
  }

  /** Waits for the answers that are still to come on it, while all else goes over the new one. */
  #leave(line: Line): void {
    const { clock } = this.#around
    this.#leaving.add(line)
    const endAt = clock.now() + LEAVING_MS_MAX
    const look = (): void => {
      if (!this.#leaving.has(line)) return
      if (clock.now() < endAt && !this.#holder.isDone(line)) {
        clock.after(DONE_LOOK_MS, look)
        return
      }
      this.#leaving.delete(line)
      line.close()
      this.#holder.lost(line)
    }
    clock.after(DONE_LOOK_MS, look)
  }

  #lost(line: Line, end: LinkEnd): void {
    // First of all: who hears that the connection is lost must not be able to send on it any more.
    this.#holder.lost(line)
    if (line === this.#next) this.#nextLost(end)
    else if (line === this.#current) this.#currentLost(end)
    else this.#leaving.delete(line)
  }

  /** No other instance is to be had yet: the present one is kept as long as it lasts. */
  #nextLost(end: LinkEnd): void {
    this.#next = undefined
    this.#moveIn(this.#delayAfter(end))
  }

  #currentLost(end: LinkEnd): void {
    this.#cancelRetry()
    this.#current = this.#next
    this.#next = undefined
    if (end.code !== undefined && FINAL_CODES.includes(end.code)) {
      this.#current?.close()
      this.#current = undefined
      this.#set({ phase: 'closed', sinceMs: this.#lostAt(), code: end.code as CloseCode, message: end.message })
    } else if (this.#current) {
      this.#set(this.#reconnecting(end))
    } else {
      const waitMs = this.#delayAfter(end)
      this.#set({ ...this.#reconnecting(end), nextTryAtMs: this.#around.clock.now() + waitMs })
      this.#cancelRetry = this.#around.clock.after(waitMs, () => this.#connect())
    }
  }

  #delayAfter({ code, retryAfterMs = 0 }: LinkEnd): number {
    if (code === 'RATE_LIMITED') this.#failures = Math.max(this.#failures, RATE_LIMITED_FAILURES)
    return Math.max(retryAfterMs, 0) + retryDelayMs(this.#failures++, this.#around.random())
  }

  #set(state: ConnectionState): void {
    this.#state = state
    this.#holder.changed(state)
  }
}
