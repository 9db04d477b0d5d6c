import type { AccountNumber } from '../../engine/command.ts'
import type { EngineEvents, Entry, Fill } from '../../engine/event.ts'
import type { Account, DeadMan, Order, Position } from '../../engine/state.ts'
import type { AccountOwner, Batch, CommandResult } from '../../journal/journal.ts'
import type { CommandSpan } from '../../telemetry/tracing.ts'

/** Answers, frames and later reads of a batch. They run in this order, and never before the batch's own commit. */
export type Release = () => void

/**
 * What the exchange has done since the last batch was sealed: the rows to write, and what may be published after the
 * commit.
 */
export class OpenBatch {
  /** The applied commands, by entry. */
  readonly entries: string[] = []
  /** The traced commands among them. */
  readonly spans: CommandSpan[] = []
  readonly results: CommandResult[] = []
  readonly opened: AccountOwner[] = []
  /** The corporate actions applied. They change the simulator's state, so their batch saves it. */
  readonly corporateActions: number[] = []
  /** The day that was charged with interest, in days since 1970-01-01 UTC. */
  chargedDay: number | undefined
  /** When the first frame of prices was added, in wall time. */
  pricedAtMs: number | undefined
  /** From then to the last frame: a single frame may lack the price of an instrument. A full frame has all prices. */
  pricedForMs = 0
  /** The last switch of each account. */
  readonly #deadMen = new Map<AccountNumber, DeadMan>()
  readonly #orders = new Set<Readonly<Order>>()
  readonly #fills: Fill[] = []
  readonly #entries: Entry[] = []
  readonly #positions = new Set<Readonly<Position>>()
  readonly #accounts = new Set<Readonly<Account>>()
  readonly #releases: Release[] = []
  #mustCommit = false

  /** Adds the rows of one operation. Trades add none: simulated trading is not journaled, only what it did to users. */
  record({ orders, fills, entries, positions, accounts, deadMen }: EngineEvents): void {
    for (const order of orders) this.#orders.add(order)
    for (const fill of fills) this.#fills.push(fill)
    for (const entry of entries) this.#entries.push(entry)
    for (const position of positions) this.#positions.add(position)
    for (const { account } of accounts) this.#accounts.add(account)
    for (const deadMan of deadMen) this.#deadMen.set(deadMan.account, deadMan)
  }

  /** A traced command of this batch; its span ends when its answer has been sent. */
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

  /** Like `onRelease`, for what may be sent only after this batch's stream position has been committed. */
  onCommit(release: Release): void {
    this.#mustCommit = true
    this.onRelease(release)
  }

  /** Whether it answers a user's command or changes anything of a user: such a batch waits for its commit. */
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

  /** Its effect on the simulated market would be lost or repeated unless the simulator's state is saved with it. */
  get mustSave(): boolean {
    return this.corporateActions.length > 0
  }

  get isEmpty(): boolean {
    return !this.mustCommit && this.#releases.length === 0
  }

  /**
   * The batch for the journal. Its orders, positions and accounts are live objects: commit it before the next command.
   */
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

  /**
   * Publishes everything that was held back. A receiver that throws is reported and does not keep it from the others.
   */
  release(failed: (error: unknown) => void): void {
    for (const release of this.#releases) {
      try {
        release()
      } catch (error) {
        failed(error)
      }
    }
  }
}
