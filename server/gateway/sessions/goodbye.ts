import type { GOODBYE_CODES } from '@valiant/shared/protocol/errors'
import type { Socket } from 'socket.io'
import { terminate } from '../delivery/backpressure.ts'

/** How long a socket has to read its goodbye. */
export const GOODBYE_MS = 1_000

type GoodbyeCode = (typeof GOODBYE_CODES)[number]

/** Sends the reason, closes the socket, and terminates it if it does not read. Clients do not reconnect by themselves. */
export function close(
  socket: Pick<Socket, 'emit' | 'disconnect' | 'conn'>,
  code: Exclude<GoodbyeCode, 'SHUTDOWN'>,
  message: string,
): void {
  socket.emit('goodbye', { code, message })
  socket.disconnect(true)
  setTimeout(() => terminate(socket), GOODBYE_MS).unref()
}

/** For a socket that was sent no `server.closing`. Closes the transport alone, so that clients reconnect. */
export function shutDown(socket: Pick<Socket, 'emit' | 'conn'>, message: string): void {
  socket.emit('goodbye', { code: 'SHUTDOWN' satisfies GoodbyeCode, message })
  socket.conn.close()
  setTimeout(() => terminate(socket), GOODBYE_MS).unref()
}
