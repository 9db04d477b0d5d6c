import type { AskPayload } from '@valiant/shared/client/outgoing'
import type { AccountFrame, LedgerEntry } from '@valiant/shared/protocol/account'
import { PAGE_MAX } from '@valiant/shared/protocol/limits'
import type { Fill } from '@valiant/shared/protocol/order'
import { RecentItems } from '#lib/portfolio/recent-items.svelte.ts'
import { dayOf } from '#lib/portfolio/spans.ts'
import type { Page } from './paged-list.svelte.ts'
import { realizedBySymbol } from './realized-by-symbol.ts'

/** What today's figures are read from. */
export interface TodaySource {
  ask(name: 'fills', query: AskPayload<'fills'>): Promise<Page<Fill>>
  ask(name: 'ledger', query: AskPayload<'ledger'>): Promise<Page<LedgerEntry>>
  serverNow(): number
}

/**
 * What closed quantities have earned today (UTC), before fees. The exchange reports the profit since the last reset, so
 * today's is added up from the day's fills.
 */
export class RealizedToday {
  readonly #source: TodaySource
  #fills: RecentItems<Fill>
  /** The last reset that is known; undefined while it is not known whether there was one today. */
  #resetMs = $state.raw<number | undefined>()

  constructor(source: TodaySource) {
    this.#source = source
    this.#fills = $state.raw(this.#newest())
  }

  /**
   * Realized profit by symbol, in cents; a symbol that has none is absent.
   * @returns undefined if not all fills of the day are known
   */
  bySymbol(dayMs: number): ReadonlyMap<string, bigint> | undefined {
    if (!this.#fills.isWhole || this.#resetMs === undefined) return undefined
    return realizedBySymbol(this.#fills.items, Math.max(dayMs, this.#resetMs))
  }

  /**
   * Reads what is missing: at first the whole day, later what came while there was no connection.
   * @param resets how often the account has been reset
   */
  async read(resets: number): Promise<void> {
    await Promise.all([this.#fills.refresh(), this.#readReset(resets)])
  }

  take({ cause, time, fills }: AccountFrame): void {
    if (cause === 'reset') {
      this.#fills = this.#newest({ items: [] })
      this.#resetMs = time
    }
    this.#fills.prepend(fills.toReversed())
  }

  /** Starts over for another account. */
  forget(): void {
    this.#fills = this.#newest()
    this.#resetMs = undefined
  }

  #newest(seed?: Page<Fill>): RecentItems<Fill> {
    return new RecentItems<Fill>(
      (cursor) => this.#source.ask('fills', { ...this.#today(), ...(cursor !== undefined && { cursor }) }),
      ({ fillId }) => fillId,
      seed,
    )
  }

  async #readReset(resets: number): Promise<void> {
    const of = this.#fills
    if (resets === 0) this.#resetMs = 0
    if (resets === 0 || this.#resetMs !== undefined) return
    try {
      const { items, nextCursor } = await this.#source.ask('ledger', this.#today())
      const last = items.find(({ kind }) => kind === 'reset')
      if (of === this.#fills && (last !== undefined || nextCursor === undefined)) this.#resetMs = last?.time ?? 0
    } catch {
      // Read again with the next connection.
    }
  }

  #today() {
    return { from: dayOf(this.#source.serverNow()), limit: PAGE_MAX }
  }
}
