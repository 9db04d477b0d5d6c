import type { ClientToServerEvents, ServerToClientEvents } from '@valiant/shared/protocol/events'
import { io, type Socket } from 'socket.io-client'

export type TraderSocket = Socket<ServerToClientEvents, ClientToServerEvents>

/** Signs a guest in over HTTP, as a page does. @returns the cookie */
export async function guestCookie(url: string): Promise<string> {
  const response = await fetch(`${url}/api/auth/sign-in/anonymous`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: '{}',
  })
  if (response.status !== 200) throw new Error(`guest: ${response.status} ${await response.text()}`)
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}

/** A socket as a page opens it, with the cookie; without one it is public. */
export async function openSocket(url: string, cookie?: string): Promise<TraderSocket> {
  const socket: TraderSocket = io(url, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    ...(cookie !== undefined && { extraHeaders: { cookie, origin: url } }),
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
    // A connection that is cut before it is admitted reports only this.
    socket.once('disconnect', (reason) => reject(new Error(reason)))
  })
  return socket
}
