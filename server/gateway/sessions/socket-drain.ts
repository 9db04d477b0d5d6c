import { terminate } from '../delivery/backpressure.ts'
import type { ValiantServer, ValiantSocket } from '../valiant-socket.ts'
import { GOODBYE_MS, shutDown } from './goodbye.ts'

const REASON = 'This instance is shutting down; connect again to reach another.'

/** Sends the sockets of an instance that shuts down to other instances. */
export class SocketDrain {
  readonly #io: ValiantServer
  #hasBegun = false

  constructor(io: ValiantServer) {
    this.#io = io
  }

  /** Whether the connected sockets have been asked to reconnect elsewhere. */
  get hasBegun(): boolean {
    return this.#hasBegun
  }

  /** A socket whose handshake took until after everyone was sent away leaves at once. */
  welcomed(socket: ValiantSocket): void {
    if (this.#hasBegun) shutDown(socket, REASON)
  }

  /** Asks each socket to reconnect elsewhere, at a random time within the spread. */
  begin(spreadMs: number): void {
    this.#hasBegun = true
    for (const socket of this.#sockets()) {
      const afterMs = Math.floor(Math.random() * spreadMs)
      socket.data.leavesAtMs = Date.now() + afterMs
      socket.emit('server.closing', { afterMs, reason: REASON })
    }
  }

  /**
   * Closes the transports of sockets that should have left this long ago and wait for no answer, so that those which do
   * nothing come back one by one too. @returns how many sockets are left
   */
  closeOverdue(graceMs: number): number {
    const overdueMs = Date.now() - graceMs
    for (const { data, conn } of this.#sockets()) {
      if (data.leavesAtMs !== undefined && data.leavesAtMs <= overdueMs && data.inFlight === 0) conn.close()
    }
    return this.#sockets().length
  }

  /** Closes the remaining transports, so that clients reconnect; then terminates them. */
  async closeAll(): Promise<void> {
    for (const socket of this.#sockets()) socket.conn.close()
    if (this.#sockets().length > 0) await new Promise((resolve) => setTimeout(resolve, GOODBYE_MS))
    for (const socket of this.#sockets()) terminate(socket)
  }

  #sockets(): ValiantSocket[] {
    return [...this.#io.of('/').sockets.values()]
  }
}
