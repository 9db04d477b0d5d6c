import type { ServerToClientEvents } from '@valiant/shared/protocol/events'

/** Events that go to all who watch the same stream. */
export type RoomEvent = 'quotes' | 'ticker' | 'candle' | 'book' | 'trades'
export type RoomFrame<Event extends RoomEvent> = Parameters<ServerToClientEvents[Event]>[0]

/**
 * Sends market frames to the sockets of this instance that are in a room. Each socket receives frames in the order of the
 * calls, over all its rooms and together with what is emitted to it alone.
 */
export interface RoomSender {
  send<Event extends RoomEvent>(room: string, event: Event, frame: RoomFrame<Event>): void
  /** Frames sent while `send` runs leave when it returns, in one write per socket. `send` must emit in no other way. */
  together(send: () => void): void
}
