import type { ClientToServerEvents, ServerToClientEvents } from '@valiant/shared/protocol/events'
import type { Server } from 'socket.io'

/** What goes to all who watch the same. */
export type RoomEvent = 'quotes' | 'ticker' | 'candle' | 'book' | 'trades'
export type RoomFrame<Event extends RoomEvent> = Parameters<ServerToClientEvents[Event]>[0]

/**
 * Sends a frame of the market to the sockets of this instance that are in a room. Within a room and over all rooms of a
 * socket the order of the calls is kept, also with what is emitted to the socket alone.
 */
export interface RoomSender {
  send<Event extends RoomEvent>(room: string, event: Event, frame: RoomFrame<Event>): void
}

/** By Socket.IO, and never beyond this instance: each has the market from the leader itself. */
export const socketIoRooms = (io: Server<ClientToServerEvents, ServerToClientEvents>): RoomSender => ({
  send: (room, event, frame) => {
    io.local.to(room).emit(event, ...([frame] as Parameters<ServerToClientEvents[typeof event]>))
  },
})
