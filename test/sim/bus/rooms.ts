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
 * Stands in for @socket.io/redis-adapter, which brings what a leader says to an account's room to the sockets of every
 * instance: the same way over the same links, without its encoding.
 */
export const speakingRooms = (publisher: Publisher) =>
  class {
    init(): void {
      // There is nothing to wait for.
    }

    broadcast({ data }: { data: readonly unknown[] }, { rooms }: { rooms: ReadonlySet<string> }): void {
      for (const room of rooms) {
        const sent = { account: Number(room.slice(ROOM.length)), frame: data[1] }
        publisher.publish(CHANNEL, JSON.stringify(sent))
      }
    }
  }

/** What an instance's own sockets get of it. */
export function hearRooms(subscriber: Subscriber, hear: (sent: Sent) => void): void {
  subscriber.receive(CHANNEL, (message) => hear(JSON.parse(message.toString()) as Sent))
}
