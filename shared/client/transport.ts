import { io } from 'socket.io-client'
import { SILENCE_MS_MAX } from '../protocol/limits.ts'
import type { Answer } from '../protocol/events.ts'
import type { TraceHeaders } from '../protocol/trace.ts'

/** Why a link ended; the last two are the server's, of a handshake that it refused. */
export interface LinkEnd {
  readonly message: string
  readonly code?: string
  readonly retryAfterMs?: number
}

/** What a link tells. `lost` comes once, last, and not after `close`; `frame` with every event of the server. */
export interface LinkListeners {
  frame(event: string, payload: unknown): void
  lost(end: LinkEnd): void
}

export interface LinkOptions {
  /** Absent in a browser: the page's own origin. */
  readonly url: string | undefined
  readonly auth: Readonly<Record<string, unknown>>
  readonly extraHeaders?: Readonly<Record<string, string>> | undefined
}

/**
 * One socket, from its handshake to its end. It never connects a second time: each try is a new link, so that nothing
 * which was written for one connection is ever sent on the next.
 */
export interface Link {
  /** Emits with an acknowledgement; without a connection nothing is sent, or kept for later. */
  send(event: string, payload: unknown, answered: (answer: Answer) => void, trace?: TraceHeaders): void
  /** Ends it; nothing is told any more. */
  close(): void
}

/** Begins a handshake. It tells nothing before it has returned. */
export type OpenLink = (options: LinkOptions, listeners: LinkListeners) => Link

/** A link over Socket.IO. */
export const openSocketLink: OpenLink = (options, listeners) => {
  const socket = io(options.url ?? '', {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    timeout: SILENCE_MS_MAX,
    auth: { ...options.auth },
    ...(options.extraHeaders ? { extraHeaders: { ...options.extraHeaders } } : {}),
  })
  const end = (reason: LinkEnd) => {
    close()
    listeners.lost(reason)
  }
  const close = () => {
    socket.off()
    socket.offAny()
    socket.disconnect()
  }
  socket.onAny((event: string, payload: unknown) => listeners.frame(event, payload))
  socket.on('connect_error', (error: Error & { data?: LinkEnd }) => end(error.data ?? { message: error.message }))
  socket.on('disconnect', (reason) => end({ message: reason }))
  return {
    send: (event, payload, answered, trace) => {
      if (!socket.connected) return
      if (trace === undefined) socket.emit(event, payload, answered)
      else socket.emit(event, payload, trace, answered)
    },
    close,
  }
}
