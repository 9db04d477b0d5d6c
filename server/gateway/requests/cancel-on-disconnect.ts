import { CANCEL_ON_DISCONNECT_MS_MIN } from '@valiant/shared/protocol/limits'
import { invalid } from '../answering/wire-error.ts'
import type { CancelOnDisconnect } from '../sessions/cancel-on-disconnect.ts'
import { accountOf, type Handler } from './request.ts'

export interface CancelOnDisconnectParts {
  readonly watch: Pick<CancelOnDisconnect, 'joined' | 'left' | 'withdrew'>
  /** Whether a socket is still connected: it may have disconnected while its request waited. */
  readonly isConnected: (socketId: string) => boolean
}

/** Turns cancel-on-disconnect on or off for a connected socket. It has no REST route. */
export const cancelOnDisconnect =
  ({ watch, isConnected }: CancelOnDisconnectParts): Handler<'cancelOnDisconnect'> =>
  ({ graceMs }, requester) => {
    const account = accountOf(requester)
    const { socketId } = requester
    if (socketId === undefined) throw new Error('expected a socket: only they are connected')
    if (graceMs > 0 && graceMs < CANCEL_ON_DISCONNECT_MS_MIN) {
      const expected = `0, or at least ${CANCEL_ON_DISCONNECT_MS_MIN}`
      throw invalid('graceMs', 'min', { expected, found: String(graceMs) })
    }
    if (graceMs === 0) watch.withdrew(account, socketId)
    else watch.joined(account, socketId, graceMs)
    if (!isConnected(socketId)) watch.left(account, socketId)
    return {}
  }
