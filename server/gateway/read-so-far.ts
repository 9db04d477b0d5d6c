import { randomBytes } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import type { Socket } from 'socket.io'

/** What ws keeps of a connection, which Socket.IO's types do not show. */
interface Connection {
  readonly transport: {
    readonly socket?: {
      ping(data: Buffer): void
      on(event: 'pong', listener: (data: Buffer) => void): void
      off(event: 'pong', listener: (data: Buffer) => void): void
    }
  }
}

const TOKEN_BYTES = 8

/**
 * Resolves when the client has read about all that was sent to it until now, or is gone. A WebSocket ping queues behind
 * it, and every client answers one as it reads; no counter here shows what the operating system holds.
 */
export async function readSoFar({ conn }: Pick<Socket, 'conn'>): Promise<void> {
  // What was gathered in this turn leaves at its end.
  await turn()
  const { socket } = (conn as unknown as Connection).transport
  if (socket === undefined || conn.readyState !== 'open') return
  const token = randomBytes(TOKEN_BYTES)
  await new Promise<void>((resolve) => {
    const done = () => {
      socket.off('pong', heard)
      conn.off('close', done)
      resolve()
    }
    const heard = (data: Buffer) => {
      if (token.equals(data)) done()
    }
    socket.on('pong', heard)
    conn.once('close', done)
    socket.ping(token)
  })
}
