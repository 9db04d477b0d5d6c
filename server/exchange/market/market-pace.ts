/** What of the passing time the market takes while it is ahead of the clock. */
const SLOWED = 0.5

/**
 * To when the market should have come. That is the wall clock's time, but market time never goes back: when the clock was set
 * back, the market goes on at half its pace until the clock has come up to it (ADR 17). Time comes in as data, in ms.
 */
export class MarketPace {
  #dueMs: number
  #wallMs: number

  /** @param marketMs as far as it has come already */
  constructor({ wallMs, marketMs }: { readonly wallMs: number; readonly marketMs: number }) {
    this.#dueMs = Math.max(wallMs, marketMs)
    this.#wallMs = wallMs
  }

  /** The market time that is due now; never less than before. */
  dueMs(wallMs: number): number {
    const passedMs = Math.max(0, wallMs - this.#wallMs)
    this.#wallMs = wallMs
    this.#dueMs = Math.max(wallMs, this.#dueMs + passedMs * SLOWED)
    return this.#dueMs
  }

  /** After how many ms of the clock a market time is due, if nobody sets it meanwhile. */
  untilMs(marketMs: number, wallMs: number): number {
    const leftMs = marketMs - this.dueMs(wallMs)
    return leftMs <= 0 ? 0 : Math.min(leftMs / SLOWED, marketMs - wallMs)
  }
}
