import { only } from '../../telemetry/observable-metrics.ts'
import {
  type CommandBus,
  type CommandReader,
  type CommandReply,
  type NewCommand,
  START,
  Unavailable,
} from '../commands.ts'
import { LinkWatch, wasNotDone } from './redis-client.ts'
import type { RedisLinks } from './redis-links.ts'
import { SharedClock } from './shared-clock.ts'
import { comparePositions, nextPosition, STREAM, toFields } from './stream-entry.ts'
import { StreamReader } from './stream-reader.ts'
import { atEndOfTurn, gatherWrites } from './gathered-writes.ts'

/** Commands that lie in the stream unread or uncommitted; more are not taken. */
const ENTRIES_MAX = 20_000
const TRIM_MS = 250

const repliesTo = (gateway: string): string => `valiant:rep:${gateway}`

/**
 * Commands through a Redis Stream, answers through publishing. Redis is a transport here and no
 * store: it may lose anything.
 */
export class RedisCommandBus implements CommandBus, Disposable {
  readonly #links: RedisLinks
  readonly #entriesMax: number
  readonly #gather: () => void
  readonly #clock = new SharedClock()
  readonly #watch: LinkWatch
  readonly #readers = new Set<CommandReader>()
  /** Entries of the stream when it was last asked, and those sent from here since. */
  #entries = 0
  #replies = new Map<string, CommandReply[]>()
  #trimmed = START
  #trimTo: string | undefined
  #trimTimer: NodeJS.Timeout | undefined

  private constructor(links: RedisLinks, entriesMax: number) {
    this.#links = links
    this.#entriesMax = entriesMax
    this.#gather = gatherWrites(links.commands, atEndOfTurn)
    this.#watch = new LinkWatch(links.commands, () => this.#ask())
    links.metrics.streamEntries.from(() => only(this.#entries))
  }

  /** @throws when Redis does not answer */
  static async open(links: RedisLinks, { entriesMax = ENTRIES_MAX } = {}): Promise<RedisCommandBus> {
    const bus = new RedisCommandBus(links, entriesMax)
    try {
      await bus.#ask()
    } catch (error) {
      bus[Symbol.dispose]()
      throw error
    }
    return bus
  }

  nowMs(): number {
    return this.#clock.nowMs()
  }

  async send(command: NewCommand): Promise<void> {
    const { commands } = this.#links
    if (commands.status !== 'ready') throw new Unavailable('the link to the exchange is down')
    if (this.#entries >= this.#entriesMax) throw new Unavailable(`${this.#entries} commands wait already`)
    this.#entries += 1
    this.#gather()
    try {
      await commands.xadd(STREAM, '*', ...toFields(command))
    } catch (cause) {
      if (wasNotDone(cause)) throw new Unavailable('Redis did not take the command', { cause })
      // Cut off, or never answered: the entry may lie in the stream all the same.
      throw new Error('it is not known whether the command was taken', { cause })
    }
  }

  onReply(gateway: string, receive: (reply: CommandReply) => void): void {
    this.#links.subscriber.receive(repliesTo(gateway), (message) => {
      for (const reply of JSON.parse(message.toString()) as CommandReply[]) receive(reply)
    })
  }

  /** A batch's answers come in one go: those for one gateway travel together. */
  reply(gateway: string, reply: CommandReply): void {
    if (this.#replies.size === 0) queueMicrotask(() => this.#sendReplies())
    const waiting = this.#replies.get(gateway)
    if (waiting === undefined) this.#replies.set(gateway, [reply])
    else waiting.push(reply)
  }

  consume(after: string, arrived: () => void): CommandReader {
    const { log, metrics } = this.#links
    const client = this.#links.openReader()
    const reader = new StreamReader({ client, clock: this.#clock, log, metrics, after, arrived })
    this.#readers.add(reader)
    return {
      take: (max) => reader.take(max),
      waiting: () => reader.waiting(),
      close: () => {
        this.#readers.delete(reader)
        reader.close()
      },
    }
  }

  /** Not for each batch: some times a second is enough, and the last one counts. */
  trim(position: string): void {
    if (position === this.#trimmed) return
    if (this.#trimTo === undefined || comparePositions(position, this.#trimTo) > 0) this.#trimTo = position
    this.#trimTimer ??= setTimeout(() => this.#trim(), TRIM_MS)
  }

  /** Ends what runs by itself; the links are their owner's to close. */
  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]()
    clearTimeout(this.#trimTimer)
    for (const reader of this.#readers) reader.close()
  }

  #trim(): void {
    const position = this.#trimTo
    this.#trimTo = undefined
    this.#trimTimer = undefined
    const { commands } = this.#links
    if (position === undefined || commands.status !== 'ready') return
    this.#trimmed = position
    // What is not trimmed now is with the next batch.
    commands.xtrim(STREAM, 'MINID', nextPosition(position)).catch(() => (this.#trimmed = START))
  }

  #sendReplies(): void {
    const replies = this.#replies
    this.#replies = new Map()
    for (const [gateway, ofOne] of replies) this.#links.publisher.publish(repliesTo(gateway), JSON.stringify(ofOne))
  }

  /** Asks for the time and for how much waits: both cost each order nothing, and show that the link works. */
  async #ask(): Promise<void> {
    const { commands } = this.#links
    const askedAtMs = performance.now()
    const time = commands.time().then((told) => {
      const [seconds = 0, microseconds = 0] = told.map(Number)
      this.#clock.told(seconds * 1_000 + microseconds / 1_000, performance.now() - askedAtMs)
    })
    const [entries] = await Promise.all([commands.xlen(STREAM), time])
    this.#entries = entries
  }
}
