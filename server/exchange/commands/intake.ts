import type { CommandEntry, CommandReader } from '../../bus/commands.ts'
import type { KnownIds, StoredResult } from '../../journal/history.ts'
import type { Clock } from '../clock.ts'
import type { KnownCommands } from './known-commands.ts'

/** Two clocks may differ by so much: a command this close to its end is dropped, its gateway has given up or sends again. */
const EXPIRY_MARGIN_MS = 250
/**
 * A command does not wait longer for a read, whose client will have been told. Where no other has come back meanwhile the
 * links are dead, and the state is read anew; else there is much to read, and to read all of it would be even more.
 */
const READ_MS_MAX = 3_000

/** @param nowMs time of the bus (`CommandBus.nowMs`), which commands expire by */
export const hasExpired = ({ expiresAtMs }: CommandEntry, nowMs: number): boolean =>
  nowMs > expiresAtMs - EXPIRY_MARGIN_MS

/** A command with all that must be read before it can be applied. */
export interface PreparedCommand {
  readonly entry: CommandEntry
  /** The answer its id once got. */
  readonly stored?: StoredResult
  /** The journal was asked for its id while nothing under it was waiting for a commit, and has none. */
  readonly isNew?: boolean
  /** Nothing was read for it in time: it is to be dropped. */
  readonly isExpired?: boolean
  /** Of `accounts.open` and `accounts.create`: the accounts that the user has. */
  readonly accounts?: readonly number[]
}

export interface IntakeHistory {
  knownCommands(account: number): Promise<KnownIds>
  commandResult(account: number, commandId: string): Promise<StoredResult | undefined>
  accountsOf(userId: string): Promise<readonly number[]>
}

/** Whose commands keep their order: an account's, or those of a user who has none yet. */
const laneOf = ({ request }: CommandEntry): string =>
  request.event === 'accounts.open' ? `user ${request.userId}` : `account ${request.account}`

/** Commands of one account while one of them is being read for: the others keep their order behind it. */
interface Lane {
  current: CommandEntry
  readonly waiting: CommandEntry[]
}

/** An entry that the position has not passed yet. */
interface Taken {
  readonly position: string
  isDone: boolean
  passed: (() => void) | undefined
}

/**
 * Takes commands from the bus and reads what they need before they can be applied: the stored answer of an id that may be
 * known. Meanwhile the account's later commands wait behind, and everyone else's go on. An account's ids are read beside
 * its commands, one account at a time: after a take-over all speak at once, and some have a hundred thousand.
 */
export class Intake {
  readonly #reader: CommandReader
  readonly #history: IntakeHistory
  readonly #known: KnownCommands
  /** Whether the answer under this id is at hand: while it waits for its commit, the journal cannot even know it. */
  readonly #isRemembered: (account: number, commandId: string) => boolean
  /** Calls when a read has come back and there is something to take again. */
  readonly #arrived: () => void
  readonly #failed: (error: unknown) => void
  readonly #clock: Clock
  /** The clock that commands expire by. */
  readonly #nowMs: () => number
  readonly #ready: PreparedCommand[] = []
  readonly #lanes = new Map<string, Lane>()
  /** Entries taken from the reader, oldest first, until they and all before them are done. */
  readonly #taken: Taken[] = []
  /** Those that are not done. By the entry itself: a stream that is read from its start again repeats positions. */
  readonly #undone = new Map<CommandEntry, Taken>()
  #position: string
  /** Accounts whose ids are to be read, in order; of the first they are being read. */
  readonly #toRead = new Set<number>()
  #isReadingIds = false
  /** How many reads have come back. */
  #reads = 0
  #closed = false

  constructor(parts: {
    reader: CommandReader
    history: IntakeHistory
    known: KnownCommands
    isRemembered: (account: number, commandId: string) => boolean
    position: string
    nowMs: () => number
    clock: Clock
    arrived: () => void
    failed: (error: unknown) => void
  }) {
    this.#reader = parts.reader
    this.#history = parts.history
    this.#known = parts.known
    this.#isRemembered = parts.isRemembered
    this.#position = parts.position
    this.#arrived = parts.arrived
    this.#failed = parts.failed
    this.#nowMs = parts.nowMs
    this.#clock = parts.clock
  }

  /** The next command that can be applied now. Every one must be told `done` when it has been. */
  next(): PreparedCommand | undefined {
    const ready = this.#ready.shift()
    if (ready !== undefined) return ready
    for (;;) {
      const [entry] = this.#reader.take(1)
      if (entry === undefined) return undefined
      const taken: Taken = { position: entry.position, isDone: false, passed: undefined }
      this.#taken.push(taken)
      this.#undone.set(entry, taken)
      const lane = this.#lanes.get(laneOf(entry))
      if (lane !== undefined) lane.waiting.push(entry)
      else if (this.#needsReading(entry)) this.#read(entry)
      else return { entry }
    }
  }

  /** Reads anew what a command needs: its id was answered, and committed, since it was prepared. */
  again({ entry }: PreparedCommand): void {
    this.#read(entry)
  }

  done({ entry }: PreparedCommand): void {
    this.#follow(entry)
    const taken = this.#undone.get(entry)
    if (taken === undefined) return
    taken.isDone = true
    this.#undone.delete(entry)
    let first = this.#taken[0]
    while (first?.isDone) {
      this.#position = first.position
      this.#taken.shift()
      first.passed?.()
      first = this.#taken[0]
    }
  }

  /** Calls back once the position is behind an entry that is not done yet: within the `done` that moves it there. */
  whenPassed(entry: CommandEntry, passed: () => void): void {
    const taken = this.#undone.get(entry)
    if (taken !== undefined) taken.passed = passed
  }

  /** All commands up to here have been applied: where a successor reads on. */
  get position(): string {
    return this.#position
  }

  /** Commands that are here and have not been done: taken ones, and those behind them. */
  get waiting(): number {
    return this.#undone.size + this.#reader.waiting()
  }

  close(): void {
    this.#closed = true
    this.#reader.close()
  }

  #needsReading({ request, commandId }: CommandEntry): boolean {
    if (request.event === 'accounts.open' || request.event === 'accounts.create') return true
    if (commandId === undefined) return false
    const { account } = request
    return this.#known.mayHave(account, commandId) && !this.#isRemembered(account, commandId)
  }

  #read(entry: CommandEntry): void {
    const lane = this.#lanes.get(laneOf(entry))
    if (lane === undefined) this.#lanes.set(laneOf(entry), { current: entry, waiting: [] })
    else lane.current = entry
    const readsBefore = this.#reads
    let isOver = false
    const cancel = this.#clock.after(READ_MS_MAX, () => {
      if (this.#closed) return
      isOver = true
      if (this.#reads === readsBefore) {
        this.#failed(new Error(`a command waited ${READ_MS_MAX} ms for what must be read for it`))
      } else this.#prepared({ entry, isExpired: true })
    })
    this.#prepare(entry).then(
      (prepared) => {
        cancel()
        this.#reads += 1
        if (!this.#closed && !isOver) this.#prepared(prepared)
      },
      (error: unknown) => {
        cancel()
        if (!this.#closed && !isOver) this.#failed(error)
      },
    )
  }

  #prepared(command: PreparedCommand): void {
    this.#ready.push(command)
    this.#arrived()
  }

  /** The one that its lane waited for is done: the next in it has its turn. */
  #follow(entry: CommandEntry): void {
    const name = laneOf(entry)
    const lane = this.#lanes.get(name)
    if (lane?.current !== entry) return
    const next = lane.waiting.shift()
    if (next === undefined) this.#lanes.delete(name)
    else if (this.#needsReading(next)) this.#read(next)
    else {
      lane.current = next
      this.#ready.push({ entry: next })
    }
  }

  async #prepare(entry: CommandEntry): Promise<PreparedCommand> {
    const { request } = entry
    // So that one which cannot be read does not fail for ever.
    if (hasExpired(entry, this.#nowMs())) return { entry, isExpired: true }
    if (request.event === 'accounts.open') return { entry, accounts: await this.#history.accountsOf(request.userId) }
    const accounts = request.event === 'accounts.create' ? await this.#history.accountsOf(request.userId) : undefined
    return { ...(await this.#prepareById(entry)), ...(accounts && { accounts }) }
  }

  /** What is known under its id. */
  async #prepareById(entry: CommandEntry): Promise<PreparedCommand> {
    const { request, commandId } = entry
    if (commandId === undefined || request.event === 'accounts.open') return { entry }
    const { account } = request
    if (!this.#known.mayHave(account, commandId) || this.#isRemembered(account, commandId)) return { entry }
    if (this.#known.isWorthReading(account)) this.#readIdsOf(account)
    const stored = await this.#history.commandResult(account, commandId)
    return stored === undefined ? { entry, isNew: true } : { entry, stored }
  }

  #readIdsOf(account: number): void {
    this.#toRead.add(account)
    if (!this.#isReadingIds) void this.#readIds()
  }

  /** What cannot be read is asked for again with the account's next command. */
  async #readIds(): Promise<void> {
    this.#isReadingIds = true
    for (const account of this.#toRead) {
      const found = this.#known.reading(account)
      await this.#history.knownCommands(account).then(found, () => undefined)
      this.#toRead.delete(account)
      if (this.#closed) return
    }
    this.#isReadingIds = false
  }
}
