import type { AskPayload } from '@valiant/shared/client/outgoing'
import type { AccountFrame, LedgerEntry, RealizedSums } from '@valiant/shared/protocol/account'
import type { Fill } from '@valiant/shared/protocol/order'
import { dayOf } from '#lib/portfolio/spans.ts'
import type { Page } from './paged-list.svelte.ts'
import { NOTHING, nothingSince, type Sums, withAnswer, withFills } from './realized-sums.ts'

/** What today's figures are read from. */
export interface TodaySource {
  ask(name: 'realized', query: AskPayload<'realized'>): Promise<RealizedSums>
  ask(name: 'ledger', query: AskPayload<'ledger'>): Promise<Page<LedgerEntry>>
  serverNow(): number
}

/**
 * What closed quantities have earned today (UTC), before fees. The exchange reports the profit since the last reset, so
 * today's is read as a sum, to which the fills of account frames are added.
 */
export class RealizedToday {
  readonly #source: TodaySource
  #sums = $state.raw<Sums | undefined>()
  /** Fills that came while the sum was being read; undefined while it is not. */
  #meanwhile: Fill[] | undefined
  /** How often a reading has begun or what it reads has changed: an earlier one then counts no more. */
  #turn = 0

  constructor(source: TodaySource) {
    this.#source = source
  }

  /**
   * Realized profit by symbol, in cents; a symbol that has none is absent.
   * @returns undefined while it is not known
   */
  bySymbol(dayMs: number): ReadonlyMap<string, bigint> | undefined {
    if (this.#sums === undefined) return undefined
    // Since midnight nothing has been filled yet.
    return dayOf(this.#sums.sinceMs) < dayMs ? NOTHING : this.#sums.bySymbol
  }

  /**
   * Reads the sum of the day: at first, and again when frames may have been missed.
   * @param resets how often the account has been reset
   */
  async read(resets: number): Promise<void> {
    const turn = (this.#turn += 1)
    const fills: Fill[] = []
    this.#meanwhile = fills
    let sums: Sums | undefined
    try {
      sums = await this.#sumSince(await this.#beganMs(resets))
    } catch {
      // Read again with the next connection.
    }
    if (turn !== this.#turn) return
    this.#meanwhile = undefined
    this.#sums = sums && withFills(sums, fills)
  }

  take({ cause, time, fills }: AccountFrame): void {
    if (cause === 'reset') {
      this.#turn += 1
      this.#meanwhile = undefined
      this.#sums = nothingSince(time)
    }
    this.#meanwhile?.push(...fills)
    if (this.#sums !== undefined && fills.length > 0) this.#sums = withFills(this.#sums, fills)
  }

  /** Starts over for another account. */
  forget(): void {
    this.#turn += 1
    this.#meanwhile = undefined
    this.#sums = undefined
  }

  /** Midnight, or the last reset if that was later. */
  async #beganMs(resets: number): Promise<number> {
    const from = dayOf(this.#source.serverNow())
    if (resets === 0) return from
    for (let cursor: string | undefined; ;) {
      const query = { kind: 'reset', from, limit: 1, ...(cursor !== undefined && { cursor }) } as const
      const { items, nextCursor } = await this.#source.ask('ledger', query)
      const [last] = items
      if (last !== undefined || nextCursor === undefined) return last?.time ?? from
      cursor = nextCursor
    }
  }

  async #sumSince(from: number): Promise<Sums> {
    let sums = nothingSince(from)
    for (let cursor: string | undefined; ;) {
      const answer = await this.#source.ask('realized', { from, ...(cursor !== undefined && { cursor }) })
      sums = withAnswer(sums, answer)
      if (answer.nextCursor === undefined) return sums
      cursor = answer.nextCursor
    }
  }
}
