/** The speed of market time while it is ahead of the clock. */
const SLOWED = 0.5

/**
 * The market time that is due. It follows the wall clock but never goes back: when the clock was set back, market time
 * runs at half speed until the clock has caught up (ADR 17). Time is passed in as data, in ms.
 */
export class MarketPace {
  #dueMs: number
  #wallMs: number

  /** @param marketMs the market time already reached */
  constructor({ wallMs, marketMs }: { readonly wallMs: number; readonly marketMs: number }) {
    this.#dueMs = Math.max(wallMs, marketMs)
    this.#wallMs = wallMs
  }

  /** The market time that is due now; it never decreases. */
  dueMs(wallMs: number): number {
    const passedMs = Math.max(0, wallMs - this.#wallMs)
    this.#wallMs = wallMs
    this.#dueMs = Math.max(wallMs, this.#dueMs + passedMs * SLOWED)
    return this.#dueMs
  }

  /** In how many ms of the clock a market time will be due, if nobody sets the clock meanwhile. */
  untilMs(marketMs: number, wallMs: number): number {
    const leftMs = marketMs - this.dueMs(wallMs)
    return leftMs <= 0 ? 0 : Math.min(leftMs / SLOWED, marketMs - wallMs)
  }
}
