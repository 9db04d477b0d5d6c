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

/** Limit of commands in the stream that are unread or uncommitted; further ones are refused. */
const ENTRIES_MAX = 20_000
const TRIM_MS = 250

const replyChannel = (gateway: string): string => `valiant:rep:${gateway}`

/**
 * Sends commands through a Redis stream, and answers through publish and subscribe. Redis is only a transport here and may
 * lose messages.
 */
export class RedisCommandBus implements CommandBus, Disposable {
  readonly #links: RedisLinks
  readonly #entriesMax: number
  readonly #gather: () => void
  readonly #clock = new SharedClock()
  readonly #watch: LinkWatch
  readonly #readers = new Set<CommandReader>()
  /** Entries of the stream at the last check, plus those sent from here since. */
  #entries = 0
  #replies = new Map<string, CommandReply[]>()
  #trimmed = START
  #trimTo: string | undefined
  #trimTimer: NodeJS.Timeout | undefined

  private constructor(links: RedisLinks, entriesMax: number) {
    this.#links = links
    this.#entriesMax = entriesMax
    this.#gather = gatherWrites(links.commands, atEndOfTurn)
    this.#watch = new LinkWatch(links.commands, () => this.#readState())
    links.metrics.streamEntries.from(() => only(this.#entries))
  }

  /** @throws when Redis does not answer */
  static async open(links: RedisLinks, { entriesMax = ENTRIES_MAX } = {}): Promise<RedisCommandBus> {
    const bus = new RedisCommandBus(links, entriesMax)
    try {
      await bus.#readState()
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
    if (this.#entries >= this.#entriesMax) throw new Unavailable(`${this.#entries} commands are already waiting`)
    this.#entries += 1
    this.#gather()
    try {
      await commands.xadd(STREAM, '*', ...toFields(command))
    } catch (cause) {
      if (wasNotDone(cause)) throw new Unavailable('Redis did not take the command', { cause })
      // The link broke or no answer came: the entry may be in the stream all the same.
      throw new Error('it is not known whether the command was taken', { cause })
    }
  }

  onReply(gateway: string, receive: (reply: CommandReply) => void): void {
    this.#links.subscriber.receive(replyChannel(gateway), (message) => {
      for (const reply of JSON.parse(message.toString()) as CommandReply[]) receive(reply)
    })
  }

  /** The answers of a batch are given one after the other; those for one gateway are sent together. */
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

  /** Trims a few times a second instead of after each batch, up to the newest position. */
  trim(position: string): void {
    if (position === this.#trimmed) return
    if (this.#trimTo === undefined || comparePositions(position, this.#trimTo) > 0) this.#trimTo = position
    this.#trimTimer ??= setTimeout(() => this.#trim(), TRIM_MS)
  }

  /** Stops timers and readers; the links are closed by their owner. */
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
    // If this fails, the next batch trims these entries too.
    commands.xtrim(STREAM, 'MINID', nextPosition(position)).catch(() => (this.#trimmed = START))
  }

  #sendReplies(): void {
    const replies = this.#replies
    this.#replies = new Map()
    for (const [gateway, batch] of replies) this.#links.publisher.publish(replyChannel(gateway), JSON.stringify(batch))
  }

  /** Reads the time and the length of the stream. This also shows that the link works, and adds nothing to the cost of an order. */
  async #readState(): Promise<void> {
    const { commands } = this.#links
    const askedAtMs = performance.now()
    const time = commands.time().then((answer) => {
      const [seconds = 0, microseconds = 0] = answer.map(Number)
      this.#clock.correct(seconds * 1_000 + microseconds / 1_000, performance.now() - askedAtMs)
    })
    const [entries] = await Promise.all([commands.xlen(STREAM), time])
    this.#entries = entries
  }
}
