import type { AccountFrame } from '@valiant/shared/protocol/account'
import type { Publisher } from '../../../server/bus/redis/publisher.ts'
import type { Subscriber } from '../../../server/bus/redis/subscriber.ts'

const CHANNEL = 'sim:rooms'
const ROOM = 'account:'

interface Sent {
  readonly account: number
  readonly frame: AccountFrame
}

/**
 * Stands in for @socket.io/redis-emitter, by which what a leader says to an account's room comes to the sockets of every
 * instance: the same way over the same links, without its encoding.
 */
export const speakingRooms = (publisher: Publisher) => ({
  to: (room: string) => ({
    emit: (_event: 'account', frame: AccountFrame): void => {
      publisher.publish(CHANNEL, JSON.stringify({ account: Number(room.slice(ROOM.length)), frame } satisfies Sent))
    },
  }),
})

/** What an instance's own sockets get of it. */
export function hearRooms(subscriber: Subscriber, hear: (sent: Sent) => void): void {
  subscriber.receive(CHANNEL, (message) => hear(JSON.parse(message.toString()) as Sent))
}
