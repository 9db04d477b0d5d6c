import type { Redis } from 'ioredis'
import { only } from '../../telemetry/observable-metrics.ts'
import type { Logger } from '../../telemetry/logger.ts'
import type { RedisMetrics } from '../../telemetry/redis-metrics.ts'
import { type CommandEntry, type CommandReader, START } from '../commands.ts'
import { LinkWatch, wasNotDone } from './redis-client.ts'
import type { SharedClock } from './shared-clock.ts'
import { comparePositions, STREAM, toEntry } from './stream-entry.ts'

/** Limit of commands that have been read and not taken; the others wait in Redis. */
const WAITING_MAX = 4_096
const READ_MAX = 512
const BLOCK_MS = 1_000
/** A link that does not answer a non-blocking command within this time is dead. */
const ANSWER_MS_MAX = 1_000
const RETRY_MS = 100

interface StreamReaderParts {
  /** Used by this reader only, which closes it. */
  readonly client: Redis
  readonly clock: SharedClock
  readonly log: Logger
  readonly metrics: RedisMetrics
  readonly after: string
  readonly arrived: () => void
}

/** Reads commands from the stream in advance. Continues after broken links and lost streams. */
export class StreamReader implements CommandReader {
  readonly #parts: StreamReaderParts
  readonly #forgetJumps: () => void
  readonly #forgetMetric: () => void
  readonly #watch: LinkWatch
  #waiting: CommandEntry[] = []
  /** Position of the last entry that was read. */
  #cursor: string
  /** Whether the cursor must be compared with the stream before the next read. */
  #mustCompare = true
  /** Counts the requests to skip everything in the stream. */
  #skips = 0
  /** The value of `#skips` when the cursor was last moved to the end. */
  #skipped = 0
  #wake = Promise.withResolvers<undefined>()
  #isClosed = false

  constructor(parts: StreamReaderParts) {
    this.#parts = parts
    this.#cursor = parts.after
    this.#forgetJumps = parts.clock.onJump(() => this.#skipAll())
    this.#forgetMetric = parts.metrics.streamPositionSeconds.from(() => only(sentAtSeconds(this.#cursor)))
    // Watches only while connecting: after that, a blocking read may be silent for longer than the watch allows.
    this.#watch = new LinkWatch(parts.client, () => Promise.resolve())
    parts.client.on('ready', () => {
      this.#mustCompare = true
      this.#wake.resolve(undefined)
    })
    void this.#run()
  }

  take(max: number): readonly CommandEntry[] {
    const wasFull = this.#waiting.length >= WAITING_MAX
    const taken = this.#waiting.splice(0, max)
    if (wasFull) this.#wake.resolve(undefined)
    return taken
  }

  waiting(): number {
    return this.#waiting.length
  }

  close(): void {
    this.#isClosed = true
    this.#forgetJumps()
    this.#forgetMetric()
    this.#watch[Symbol.dispose]()
    this.#wake.resolve(undefined)
    this.#parts.client.disconnect()
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    const { client, log } = this.#parts
    while (!this.#isClosed) {
      if (client.status !== 'ready' || this.#waiting.length >= WAITING_MAX) {
        await this.#wake.promise
        this.#wake = Promise.withResolvers()
        continue
      }
      try {
        if (this.#mustCompare) await this.#compare()
        await this.#read()
      } catch (error) {
        this.#mustCompare = true
        // A broken link is logged by the client. An error of Redis would come again at once, so it is logged here.
        if (wasNotDone(error)) log.warn({ err: error }, 'redis: commands cannot be read; trying again')
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
      }
    }
  }

  async #read(): Promise<void> {
    const count = Math.min(READ_MAX, WAITING_MAX - this.#waiting.length)
    const skips = this.#skips
    const { client } = this.#parts
    const found = await client.xread('COUNT', count, 'BLOCK', BLOCK_MS, 'STREAMS', STREAM, this.#cursor)
    const entries = found?.[0]?.[1] ?? []
    // No entries may also mean that the stream went back before the cursor, or that the link is silent.
    if (entries.length === 0) this.#mustCompare = true
    if (skips === this.#skips && !this.#isClosed) this.#add(entries)
  }

  #add(entries: readonly (readonly [string, readonly string[]])[]): void {
    const { clock, log, arrived } = this.#parts
    const wasEmpty = this.#waiting.length === 0
    const nowMs = clock.nowMs()
    for (const [position, fields] of entries) {
      this.#cursor = position
      const entry = toEntry(position, fields, nowMs)
      if (entry === undefined) log.warn({ position }, 'redis: skipped an entry that is not a valid current command')
      else this.#waiting.push(entry)
    }
    if (wasEmpty && this.#waiting.length > 0) arrived()
  }

  /**
   * Compares the cursor with the newest id of the stream. If that is lower, the stream was started again with a clock that
   * was set back, and reading after the cursor would never return anything. Reading from the start instead may return
   * commands twice, which is harmless because executed commands are recognized by their ids.
   */
  async #compare(): Promise<void> {
    const skips = this.#skips
    const newest = await this.#newestId()
    this.#mustCompare = false
    if (skips > this.#skipped) {
      this.#cursor = newest
      this.#skipped = skips
    } else if (comparePositions(newest, this.#cursor) < 0) {
      this.#parts.log.warn(
        { newest, cursor: this.#cursor },
        'redis: the stream of commands went back; reading all of it',
      )
      this.#cursor = START
      this.#parts.metrics.streamResets.inc()
    }
  }

  /** The newest id that the stream has ever assigned; START if there is no stream. */
  async #newestId(): Promise<string> {
    const { client } = this.#parts
    const overdue = setTimeout(() => client.disconnect(true), ANSWER_MS_MAX)
    try {
      const answer = (await client.xinfo('STREAM', STREAM)) as readonly unknown[]
      const value = answer[answer.indexOf('last-generated-id') + 1]
      if (typeof value !== 'string') throw new Error('XINFO STREAM: expected last-generated-id')
      return value
    } catch (error) {
      if (error instanceof Error && error.message.includes('no such key')) return START
      throw error
    } finally {
      clearTimeout(overdue)
    }
  }

  /** After the clock was set, the expiry times of queued commands are wrong. Their senders will send them again. */
  #skipAll(): void {
    this.#parts.log.warn(
      { dropped: this.#waiting.length },
      'redis: dropped commands queued before the Redis clock changed',
    )
    this.#waiting = []
    this.#skips += 1
    this.#mustCompare = true
    this.#wake.resolve(undefined)
  }
}

/** An id of a stream starts with the time at which it was assigned, in ms. */
const sentAtSeconds = (position: string): number => Number(position.split('-')[0]) / 1_000
