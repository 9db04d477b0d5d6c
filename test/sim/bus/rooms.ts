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
 * Replaces @socket.io/redis-emitter, which carries a leader's account frames to the sockets of every instance: over the same
 * links, but without its encoding.
 */
export const speakingRooms = (publisher: Publisher) => ({
  to: (room: string) => ({
    emit: (_event: 'account', frame: AccountFrame): void => {
      publisher.publish(CHANNEL, JSON.stringify({ account: Number(room.slice(ROOM.length)), frame } satisfies Sent))
    },
  }),
})

/** Delivers the frames to the sockets of one instance. */
export function hearRooms(subscriber: Subscriber, hear: (sent: Sent) => void): void {
  subscriber.receive(CHANNEL, (message) => hear(JSON.parse(message.toString()) as Sent))
}
