import type { CommandEntry, CommandReader } from '../../bus/commands.ts'
import type { KnownIds, StoredResult } from '../../journal/history.ts'
import type { Clock } from '../clock.ts'
import type { KnownCommands } from './known-commands.ts'

/**
 * The possible difference between two clocks. A command this close to its expiry is dropped: its gateway has given up
 * or sends it again.
 */
const EXPIRY_MARGIN_MS = 250
/**
 * A command waits no longer than this for a read, because its client will have been answered by then. If no other read
 * has returned meanwhile, the connections are dead and the state is read again; otherwise there is just too much to
 * read, and reading everything again would be worse.
 */
const READ_MS_MAX = 3_000

/** @param nowMs time of the bus (`CommandBus.nowMs`), which commands expire by */
export const hasExpired = ({ expiresAtMs }: CommandEntry, nowMs: number): boolean =>
  nowMs > expiresAtMs - EXPIRY_MARGIN_MS

/** A command with everything that must be read before it can be applied. */
export interface PreparedCommand {
  readonly entry: CommandEntry
  /** The answer that its id was given before. */
  readonly stored?: StoredResult
  /** The journal was searched for its id and has none, and no answer to it was waiting for a commit. */
  readonly isNew?: boolean
  /** Nothing could be read for it in time, so it must be dropped. */
  readonly isExpired?: boolean
  /** For `accounts.open` and `accounts.create`: the accounts that the user has. */
  readonly accounts?: readonly number[]
}

export interface IntakeHistory {
  knownCommands(account: number): Promise<KnownIds>
  commandResult(account: number, commandId: string): Promise<StoredResult | undefined>
  accountsOf(userId: string): Promise<readonly number[]>
}

/** The lane within which commands keep their order: that of an account, or of a user without an account. */
const laneOf = ({ request }: CommandEntry): string =>
  request.event === 'accounts.open' ? `user ${request.userId}` : `account ${request.account}`

/** Commands of one account that wait, in order, behind one for which something is being read. */
interface Lane {
  current: CommandEntry
  readonly waiting: CommandEntry[]
}

/** An entry that the stream position has not passed yet. */
interface Taken {
  readonly position: string
  isDone: boolean
  passed: (() => void) | undefined
}

/**
 * Takes commands from the bus and reads what they need before they can be applied: the recorded answer, if their id may
 * be known. Meanwhile later commands of the same account wait, and all others continue. The ids of an account are read
 * in the background, one account at a time: after a change of leader all accounts send at once, and some have a hundred
 * thousand ids.
 */
export class Intake {
  readonly #reader: CommandReader
  readonly #history: IntakeHistory
  readonly #known: KnownCommands
  /** Whether the answer to this id is in memory: until it is committed, the journal does not have it. */
  readonly #isRemembered: (account: number, commandId: string) => boolean
  /** Called when a read has returned and there is something to take. */
  readonly #arrived: () => void
  readonly #failed: (error: unknown) => void
  readonly #clock: Clock
  /** The clock by which commands expire. */
  readonly #nowMs: () => number
  readonly #ready: PreparedCommand[] = []
  readonly #lanes = new Map<string, Lane>()
  /** Entries taken from the reader, oldest first, until they and all before them are done. */
  readonly #taken: Taken[] = []
  /**
   * Entries that are not done. Keyed by the entry itself, because a stream that is read again from its start repeats
   * positions.
   */
  readonly #undone = new Map<CommandEntry, Taken>()
  #position: string
  /** Accounts whose ids are to be read, in order; the first is being read. */
  readonly #toRead = new Set<number>()
  #isReadingIds = false
  /** The number of reads that have returned. */
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

  /** The next command that can be applied now. Call `done` for each when it has been applied. */
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

  /** Prepares a command again: its id was answered and committed since it was prepared. */
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

  /** Calls back when the position has passed an entry that is not done yet, within the `done` that moves it. */
  whenPassed(entry: CommandEntry, passed: () => void): void {
    const taken = this.#undone.get(entry)
    if (taken !== undefined) taken.passed = passed
  }

  /** All commands up to here have been applied; a successor reads on from here. */
  get position(): string {
    return this.#position
  }

  /** The number of commands that have arrived but are not done. */
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

  /** The command that its lane waited for is done, so the next one gets its turn. */
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
    // So that a command that cannot be read does not fail forever.
    if (hasExpired(entry, this.#nowMs())) return { entry, isExpired: true }
    if (request.event === 'accounts.open') return { entry, accounts: await this.#history.accountsOf(request.userId) }
    const accounts = request.event === 'accounts.create' ? await this.#history.accountsOf(request.userId) : undefined
    return { ...(await this.#prepareById(entry)), ...(accounts && { accounts }) }
  }

  /** Reads what is known of its id. */
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

  /** Ids that cannot be read are requested again with the account's next command. */
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
