import { randomBytes } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { connectionOf, type HasConnection, onPong } from './connection.ts'

const TOKEN_BYTES = 8

/**
 * Resolves when the client has read about everything sent to it so far, or is gone. A WebSocket ping queues behind it, and
 * every client answers one as it reads; no counter shows what the kernel buffers.
 */
export async function readSoFar(socket: HasConnection): Promise<void> {
  // Packets gathered in this turn leave at its end.
  await turn()
  const { conn } = socket
  const webSocket = connectionOf(socket).transport?.socket
  if (webSocket === undefined || conn.readyState !== 'open') return
  const token = randomBytes(TOKEN_BYTES)
  await new Promise<void>((resolve) => {
    const done = () => {
      forget()
      conn.off('close', done)
      resolve()
    }
    const forget = onPong(webSocket, token, done)
    conn.once('close', done)
    webSocket.ping(token)
  })
}
