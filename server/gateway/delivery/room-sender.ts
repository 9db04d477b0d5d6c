import type { ServerToClientEvents } from '@valiant/shared/protocol/events'

/** What goes to all who watch the same. */
export type RoomEvent = 'quotes' | 'ticker' | 'candle' | 'book' | 'trades'
export type RoomFrame<Event extends RoomEvent> = Parameters<ServerToClientEvents[Event]>[0]

/**
 * Sends a frame of the market to the sockets of this instance that are in a room. Within a room and over all rooms of a
 * socket the order of the calls is kept, also with what is emitted to the socket alone.
 */
export interface RoomSender {
  send<Event extends RoomEvent>(room: string, event: Event, frame: RoomFrame<Event>): void
  /** What is sent while `send` runs leaves when it returns, in one write a socket. It emits in no other way. */
  together(send: () => void): void
}
