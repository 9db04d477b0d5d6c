import type { GOODBYE_CODES } from '@valiant/shared/protocol/errors'
import type { Socket } from 'socket.io'
import { terminate } from '../delivery/backpressure.ts'

/** A socket that is told goodbye has so long to read it. */
export const GOODBYE_MS = 1_000

/** Says why, closes, and sees to it that a socket which does not read is closed too. */
export function close(
  socket: Pick<Socket, 'emit' | 'disconnect' | 'conn'>,
  code: (typeof GOODBYE_CODES)[number],
  message: string,
): void {
  socket.emit('goodbye', { code, message })
  socket.disconnect(true)
  setTimeout(() => terminate(socket), GOODBYE_MS).unref()
}
