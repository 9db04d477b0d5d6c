import type { Plant } from './plant.ts'

/** The newest position that any reader has returned. */
let read: string | undefined

/** Like XACK on reading: commands that were read count as done, even if they are never committed. */
export const movesPositionWhenRead: Plant = {
  busOf: (bus) => ({
    nowMs: () => bus.nowMs(),
    send: (command) => bus.send(command),
    onReply: (gateway, receive) => bus.onReply(gateway, receive),
    reply: (gateway, reply) => bus.reply(gateway, reply),
    trim: (position) => bus.trim(position),
    consume: (after, arrived) => {
      const reader = bus.consume(after, arrived)
      return {
        take: (max) => {
          const entries = reader.take(max)
          read = entries.at(-1)?.position ?? read
          return entries
        },
        waiting: () => reader.waiting(),
        close: () => reader.close(),
      }
    },
  }),
  postgres: () => ({ rewrite: (call) => ({ ...call, streamPosition: read ?? call.streamPosition }) }),
  install: () => {
    read = undefined
    return () => (read = undefined)
  },
}
