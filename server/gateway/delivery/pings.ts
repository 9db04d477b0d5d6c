import { PING_INTERVAL_MS, type ValiantServer, type ValiantSocket } from '../sessions/admission.ts'
import { connectionOf } from './connection.ts'
import type { FanOut } from './fan-out.ts'

/** The interval in so many parts: those that came in the same one are asked in the same one. */
const SLOTS = 40

interface PingsParts {
  readonly io: ValiantServer
  readonly fanOut: Pick<FanOut, 'inCompany' | 'ping'>
  readonly intervalMs?: number
}

/**
 * Engine.IO's pings, by one clock for all sockets and in the same writes as frames of the market. By itself it has two
 * timers a socket, and writes each ping alone. Who does not answer is ended by `SlowSockets`.
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
    // A socket's own room goes with it.
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
    // Not known: another version, which then asks by itself.
    if (timer === undefined || timer === null) return
    clearTimeout(timer)
    connection.pingIntervalTimer = null
    this.#slots[this.#ticks % SLOTS]?.set(socket.id, socket)
  }

  #tick(): void {
    const due: ValiantSocket[] = []
    const ticks = Math.floor((performance.now() - this.#beganMs) / this.#tickMs)
    // A clock that stood still is caught up with, each slot once.
    this.#ticks = Math.max(this.#ticks, ticks - SLOTS)
    while (this.#ticks < ticks) {
      this.#ticks += 1
      due.push(...(this.#slots[this.#ticks % SLOTS]?.values() ?? []))
    }
    if (due.length > 0) this.#fanOut.inCompany(() => this.#fanOut.ping(due))
  }
}
