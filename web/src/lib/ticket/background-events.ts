import type { Client } from '@valiant/shared/client/client'
import type { AccountFrame } from '@valiant/shared/protocol/account'
import { backgroundReceipts, missedLiquidations } from './background-receipts.ts'
import type { Named, Receipt } from './receipt.ts'

/** Liquidation closes one position at a time, in few orders each. */
const MISSED_MAX = 50

interface Parts {
  readonly tell: (receipt: Receipt) => void
  readonly namedOf: (symbol: string) => Named | undefined
}

/** Tells what happens to an account without a press, and after a lost connection which liquidations were missed. */
export class BackgroundEvents {
  readonly #parts: Parts
  /** When the exchange was last heard, by its clock, while the connection is lost. */
  #lostAtMs: number | undefined
  /** Orders of the exchange's own whose end is known here, from a frame or a look at the closed ones. */
  readonly #reported = new Set<string>()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  take(frame: AccountFrame): void {
    for (const receipt of backgroundReceipts(frame, this.#parts.namedOf)) this.#parts.tell(receipt)
    for (const { orderId, source } of frame.orders) if (source === 'system') this.#reported.add(orderId)
  }

  lost(atMs: number): void {
    this.#lostAtMs = atMs
  }

  /**
   * Nobody should come back to an account without positions and not learn why.
   * @param isTold whether the account is still the one that is shown here
   */
  async back(client: Pick<Client, 'ask'>, isMargin: boolean, isTold: () => boolean): Promise<void> {
    const sinceMs = this.#lostAtMs
    this.#lostAtMs = undefined
    if (sinceMs === undefined || !isMargin) return
    try {
      const { items } = await client.ask('orders', { status: 'closed', limit: MISSED_MAX })
      if (!isTold()) return
      const missed = missedLiquidations(items, { sinceMs, reported: this.#reported }, this.#parts.namedOf)
      for (const { orderId } of items) this.#reported.add(orderId)
      for (const receipt of missed.toReversed()) this.#parts.tell(receipt)
    } catch {
      // The order history has them.
    }
  }
}
