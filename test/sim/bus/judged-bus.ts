import type { Broadcast } from '../../../server/bus/broadcast.ts'
import type { CommandBus } from '../../../server/bus/commands.ts'
import type { MarketFrame } from '../../../server/feed/market-frame.ts'
import type { Judge } from '../judge.ts'
import type { Process } from '../world/process.ts'

/** The command bus of a process, reporting commands and answers to the judge. */
export function judgedBus(bus: CommandBus, { judge, process }: { judge: Judge; process: Process }): CommandBus {
  return {
    nowMs: () => bus.nowMs(),
    send: (command) => {
      judge.sent(command)
      return bus.send(command)
    },
    onReply: (gateway, receive) => bus.onReply(gateway, receive),
    reply: (gateway, reply) => {
      if (process.isAlive) judge.replied(reply)
      bus.reply(gateway, reply)
    },
    consume: (after, arrived) => {
      const reader = bus.consume(after, arrived)
      const tell = judge.reads()
      return {
        take: (max) => {
          const entries = reader.take(max)
          tell(entries)
          return entries
        },
        waiting: () => reader.waiting(),
        close: () => reader.close(),
      }
    },
    trim: (position) => bus.trim(position),
  }
}

/** The broadcast of a process, reporting frames to the judge. */
export function judgedBroadcast(
  broadcast: Broadcast<MarketFrame>,
  { judge, process }: { judge: Judge; process: Process },
): Broadcast<MarketFrame> {
  return {
    publishMarket: (frame) => broadcast.publishMarket(frame),
    publishAccount: (account, frame) => {
      if (process.isAlive) judge.published(account, frame.decoded())
      broadcast.publishAccount(account, frame)
    },
    publishAlert: (account, alert) => broadcast.publishAlert(account, alert),
    publishStatus: (status) => broadcast.publishStatus(status),
    publishNews: (news) => broadcast.publishNews(news),
    keepSnapshot: (frame) => broadcast.keepSnapshot(frame),
    snapshot: () => broadcast.snapshot(),
    subscribe: (receiver) => broadcast.subscribe(receiver),
  }
}
