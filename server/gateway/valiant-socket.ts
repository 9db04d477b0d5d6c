import type { ClientToServerEvents, ServerToClientEvents } from '@valiant/shared/protocol/events'
import type { DefaultEventsMap, Server, Socket } from 'socket.io'
import type { Missed } from './sessions/resuming.ts'
import type { Identity } from './sessions/sessions.ts'

/** State of a socket. */
export interface SocketData {
  identity: Identity | undefined
  cookie: string | undefined
  /** Its address, as the limits count it. */
  address: string
  inFlight: number
  refusals: { count: number; sinceMs: number }
  /** Account frames to send after the welcome; undefined if none were requested or they are not available. */
  missed: Missed | undefined
  /** Cancel-on-disconnect: cancels the account's orders once its last such socket has been gone for this many ms. */
  graceMs: number | undefined
  /** When it should be gone, since this instance is shutting down. */
  leavesAtMs: number | undefined
}
export type ValiantServer = Server<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, SocketData>
export type ValiantSocket = Socket<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, SocketData>

/** An adapter of Socket.IO. */
export type RoomsAdapter = NonNullable<Parameters<Server['adapter']>[0]>

/** How often a client is pinged, and how long it has to answer. */
export const PING_INTERVAL_MS = 10_000
export const PING_TIMEOUT_MS = 8_000
