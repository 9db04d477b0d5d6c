import {
  type CommandBus,
  type CommandEntry,
  type CommandReader,
  type CommandReply,
  type NewCommand,
  Unavailable,
} from '../commands.ts'
import { Deliveries } from './deliveries.ts'

/** Limit of commands that are unread or uncommitted; further ones are refused. */
const ENTRIES_MAX = 20_000

interface Consumer {
  /** Number of the next entry to take. */
  next: number
  readonly arrived: () => void
}

/** A command bus within one process. */
export class MemoryCommandBus implements CommandBus {
  private readonly entriesMax: number
  private readonly deliveries = new Deliveries()
  private readonly receivers = new Map<string, (reply: CommandReply) => void>()
  private readonly consumers = new Set<Consumer>()
  private entries: CommandEntry[] = []
  /**
   * Number of the first of `entries`. It starts at the wall clock in microseconds, so that positions also rise over a restart:
   * a position in the journal from an earlier process is before all entries of this one.
   */
  private firstNumber = Date.now() * 1_000

  constructor({ entriesMax = ENTRIES_MAX }: { entriesMax?: number } = {}) {
    this.entriesMax = entriesMax
  }

  nowMs(): number {
    return Date.now()
  }

  send(command: NewCommand): Promise<void> {
    if (this.entries.length >= this.entriesMax) {
      return Promise.reject(new Unavailable(`${this.entries.length} commands are already waiting`))
    }
    const number = this.endNumber
    this.entries.push({ ...command, position: `${number}-0` })
    for (const consumer of this.consumers) {
      if (consumer.next === number) this.announce(consumer)
    }
    return Promise.resolve()
  }

  onReply(gateway: string, receive: (reply: CommandReply) => void): void {
    this.receivers.set(gateway, receive)
  }

  reply(gateway: string, reply: CommandReply): void {
    this.deliveries.add(() => this.receivers.get(gateway)?.(reply))
  }

  consume(after: string, arrived: () => void): CommandReader {
    const next = numberOf(after) + 1
    // A position beyond the end is from another bus, or the clock was set back: everything is read, and commands that were
    // already executed are recognized by their ids.
    const consumer: Consumer = {
      next: next > this.endNumber ? this.firstNumber : Math.max(this.firstNumber, next),
      arrived,
    }
    this.consumers.add(consumer)
    if (consumer.next < this.endNumber) this.announce(consumer)
    return {
      take: (max) => {
        const from = Math.max(consumer.next, this.firstNumber) - this.firstNumber
        const taken = this.entries.slice(from, from + max)
        consumer.next = this.firstNumber + from + taken.length
        return taken
      },
      waiting: () => this.endNumber - Math.max(consumer.next, this.firstNumber),
      close: () => void this.consumers.delete(consumer),
    }
  }

  trim(position: string): void {
    const count = Math.min(this.entries.length, numberOf(position) - this.firstNumber + 1)
    if (count <= 0) return
    this.entries = this.entries.slice(count)
    this.firstNumber += count
  }

  private get endNumber(): number {
    return this.firstNumber + this.entries.length
  }

  private announce(consumer: Consumer): void {
    this.deliveries.add(() => {
      if (this.consumers.has(consumer)) consumer.arrived()
    })
  }
}

/** The number in a position; 0 for one that is not from a memory bus. */
function numberOf(position: string): number {
  const found = /^(\d{1,16})-0$/.exec(position)
  return found === null ? 0 : Number(found[1])
}
