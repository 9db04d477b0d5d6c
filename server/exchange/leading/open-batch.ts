import type { AccountNumber } from '../../engine/command.ts'
import type { EngineEvents, Entry, Fill } from '../../engine/event.ts'
import type { Account, DeadMan, Order, Position } from '../../engine/state.ts'
import type { AccountOwner, Batch, CommandResult } from '../../journal/journal.ts'
import type { CommandSpan } from '../../telemetry/tracing.ts'

/** Answers, frames and later reads of a batch; they leave in this order, and never before the batch's own commit. */
export type Release = () => void

/** What the exchange has done since the last batch was sealed: the rows it makes, and what may be told after the commit. */
export class OpenBatch {
  /** The commands applied, by entry. */
  readonly entries: string[] = []
  /** Of those among them that are followed. */
  readonly spans: CommandSpan[] = []
  readonly results: CommandResult[] = []
  readonly opened: AccountOwner[] = []
  /** The corporate actions applied: such a batch saves the simulator's state, which they have changed. */
  readonly corporateActions: number[] = []
  /** The day that was charged for, as a count of days. */
  chargedDay: number | undefined
  /** When the first frame of prices was put into it, by wall time. */
  pricedAtMs: number | undefined
  /** From there to its last one: an instrument's price may be missing in a single frame. A full one has all prices. */
  pricedForMs = 0
  /** The last of each account. */
  readonly #deadMen = new Map<AccountNumber, DeadMan>()
  readonly #orders = new Set<Readonly<Order>>()
  readonly #fills: Fill[] = []
  readonly #entries: Entry[] = []
  readonly #positions = new Set<Readonly<Position>>()
  readonly #accounts = new Set<Readonly<Account>>()
  readonly #releases: Release[] = []
  #mustCommit = false

  /** Takes the rows out of what one operation did. Trades make none: simulated flow is not journalled, what it did to a user is. */
  record({ orders, fills, entries, positions, accounts, deadMen }: EngineEvents): void {
    for (const order of orders) this.#orders.add(order)
    for (const fill of fills) this.#fills.push(fill)
    for (const entry of entries) this.#entries.push(entry)
    for (const position of positions) this.#positions.add(position)
    for (const { account } of accounts) this.#accounts.add(account)
    for (const deadMan of deadMen) this.#deadMen.set(deadMan.account, deadMan)
  }

  /** A command in it is followed until what is said of it has left. */
  follow(span: CommandSpan): void {
    this.spans.push(span)
    this.onRelease(() => span.end())
  }

  get commands(): number {
    return this.entries.length
  }

  onRelease(release: Release): void {
    this.#releases.push(release)
  }

  /** Like `onRelease`, for what may be sent only once this batch's position in the stream is committed. */
  onCommit(release: Release): void {
    this.#mustCommit = true
    this.onRelease(release)
  }

  /** Whether it answers a user's command or changes something of a user: such a batch waits for its commit. */
  get mustCommit(): boolean {
    return (
      this.#mustCommit ||
      this.results.length > 0 ||
      this.opened.length > 0 ||
      this.#accounts.size > 0 ||
      this.#deadMen.size > 0 ||
      this.#orders.size > 0 ||
      this.chargedDay !== undefined ||
      this.mustSave
    )
  }

  /** What it did to the simulated market would be lost, or repeated, without its state. */
  get mustSave(): boolean {
    return this.corporateActions.length > 0
  }

  get isEmpty(): boolean {
    return !this.mustCommit && this.#releases.length === 0
  }

  /** The batch as the journal takes it. Its orders, positions and accounts are live: commit it before the next command. */
  toCommit(head: Pick<Batch, 'epoch' | 'batch' | 'streamPosition' | 'timeMs' | 'simulator'>): Batch {
    return {
      ...head,
      results: this.results,
      orders: [...this.#orders],
      fills: this.#fills,
      entries: this.#entries,
      positions: [...this.#positions],
      accounts: [...this.#accounts],
      opened: this.opened,
      deadMen: [...this.#deadMen.values()],
      ...(this.corporateActions.length > 0 && { corporateActions: this.corporateActions }),
      ...(this.chargedDay !== undefined && { chargedDay: this.chargedDay }),
    }
  }

  /** Says what was held back, all of it: what one receiver throws is told and keeps nothing from the others. */
  release(tell: (error: unknown) => void): void {
    for (const release of this.#releases) {
      try {
        release()
      } catch (error) {
        tell(error)
      }
    }
  }
}
