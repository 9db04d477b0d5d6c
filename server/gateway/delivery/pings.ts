import { PING_INTERVAL_MS, type ValiantServer, type ValiantSocket } from '../valiant-socket.ts'
import { connectionOf } from './connection.ts'
import type { FanOut } from './fan-out.ts'

/** The number of slots in a ping interval. Sockets are pinged in the slot in which they connected. */
const SLOTS = 40

interface PingsParts {
  readonly io: ValiantServer
  readonly fanOut: Pick<FanOut, 'inCompany' | 'ping'>
  readonly intervalMs?: number
}

/**
 * Sends engine.io's pings from one timer for all sockets, in the same writes as market frames. engine.io alone would use two
 * timers per socket and write each ping alone. `SlowSockets` ends sockets that do not answer.
 */
export class Pings implements Disposable {
  readonly #fanOut: PingsParts['fanOut']
  readonly #slots = Array.from({ length: SLOTS }, () => new Map<string, ValiantSocket>())
  readonly #tickMs: number
  readonly #timer: NodeJS.Timeout
  readonly #beganMs = performance.now()
  #ticks = 0

  constructor({ io, fanOut, intervalMs = PING_INTERVAL_MS }: PingsParts) {
    this.#fanOut = fanOut
    this.#tickMs = intervalMs / SLOTS
    io.on('connection', (socket) => this.#take(socket))
    // A socket's own room is deleted with it.
    io.of('/').adapter.on('delete-room', (room: string) => {
      for (const slot of this.#slots) slot.delete(room)
    })
    this.#timer = setInterval(() => this.#tick(), this.#tickMs)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #take(socket: ValiantSocket): void {
    const connection = connectionOf(socket)
    const { pingIntervalTimer: timer } = connection
    // Unknown: another version of engine.io, which then pings by itself.
    if (timer === undefined || timer === null) return
    clearTimeout(timer)
    connection.pingIntervalTimer = null
    this.#slots[this.#ticks % SLOTS]?.set(socket.id, socket)
  }

  #tick(): void {
    const due: ValiantSocket[] = []
    const ticks = Math.floor((performance.now() - this.#beganMs) / this.#tickMs)
    // Catches up after a pause, each slot once.
    this.#ticks = Math.max(this.#ticks, ticks - SLOTS)
    while (this.#ticks < ticks) {
      this.#ticks += 1
      due.push(...(this.#slots[this.#ticks % SLOTS]?.values() ?? []))
    }
    if (due.length > 0) this.#fanOut.inCompany(() => this.#fanOut.ping(due))
  }
}
