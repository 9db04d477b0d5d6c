import { type Connection, connectionOf, type HasConnection } from './connection.ts'

/**
 * An order is answered by two packets, the acknowledgement and the account frame. engine.io alone would write the first
 * immediately and the second when the first is out. Here both wait in engine.io's queue, which keeps order and backlog,
 * until the end of the turn, and leave in one write to the kernel.
 */
export class GatheredWrites {
  readonly #held = new Set<Connection>()

  /** Packets emitted to this socket from now on leave together, at the end of the turn. */
  gather(socket: HasConnection): void {
    const connection = connectionOf(socket)
    // Not writable: engine.io gathers already. Unknown: another version, which writes as it does.
    if (connection.transport?.writable !== true || connection.flush === undefined) return
    connection.transport.writable = false
    if (this.#held.size === 0) setImmediate(() => this.#release())
    this.#held.add(connection)
  }

  #release(): void {
    const due = [...this.#held]
    this.#held.clear()
    for (const connection of due) {
      const { transport } = connection
      const tcp = transport?.socket?._socket
      if (transport !== undefined) transport.writable = true
      tcp?.cork()
      connection.flush?.()
      tcp?.uncork()
    }
  }
}
