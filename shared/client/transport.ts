import { io } from 'socket.io-client'
import { SILENCE_MS_MAX } from '../protocol/limits.ts'
import type { Answer } from '../protocol/events.ts'
import type { TraceHeaders } from '../protocol/trace.ts'

/** Why a transport ended; `code` and `retryAfterMs` come from a server that refused the handshake. */
export interface TransportEnd {
  readonly message: string
  readonly code?: string
  readonly retryAfterMs?: number
}

/** `frame` is called with every event of the server; `lost` once, last, and not after `close`. */
export interface TransportListeners {
  frame(event: string, payload: unknown): void
  lost(end: TransportEnd): void
}

export interface TransportOptions {
  /** Absent in a browser: the origin of the page. */
  readonly url: string | undefined
  readonly auth: Readonly<Record<string, unknown>>
  readonly extraHeaders?: Readonly<Record<string, string>> | undefined
}

/**
 * One socket, from its handshake to its end. It never connects a second time: each attempt is a new transport, so that
 * nothing that was written to one connection is sent on the next.
 */
export interface Transport {
  /** Emits with an acknowledgement; while not connected nothing is sent or queued. */
  send(event: string, payload: unknown, answered: (answer: Answer) => void, trace?: TraceHeaders): void
  /** Ends it; no listener is called any more. */
  close(): void
}

/** Begins a handshake. No listener is called before it returns. */
export type OpenTransport = (options: TransportOptions, listeners: TransportListeners) => Transport

/** A transport over Socket.IO. */
export const openSocketTransport: OpenTransport = (options, listeners) => {
  const socket = io(options.url ?? '', {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    timeout: SILENCE_MS_MAX,
    auth: { ...options.auth },
    ...(options.extraHeaders ? { extraHeaders: { ...options.extraHeaders } } : {}),
  })
  const end = (reason: TransportEnd) => {
    close()
    listeners.lost(reason)
  }
  const close = () => {
    socket.off()
    socket.offAny()
    socket.disconnect()
  }
  socket.onAny((event: string, payload: unknown) => listeners.frame(event, payload))
  socket.on('connect_error', (error: Error & { data?: TransportEnd }) => end(error.data ?? { message: error.message }))
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
