import type { GOODBYE_CODES } from '@valiant/shared/protocol/errors'
import type { Socket } from 'socket.io'
import { terminate } from '../delivery/backpressure.ts'

/** How long a socket has to read its goodbye. */
export const GOODBYE_MS = 1_000

/** Sends the reason, closes the socket, and terminates it if it does not read. */
export function close(
  socket: Pick<Socket, 'emit' | 'disconnect' | 'conn'>,
  code: (typeof GOODBYE_CODES)[number],
  message: string,
): void {
  socket.emit('goodbye', { code, message })
  socket.disconnect(true)
  setTimeout(() => terminate(socket), GOODBYE_MS).unref()
}
