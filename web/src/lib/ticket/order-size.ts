import type { OrderPreview } from '@valiant/shared/protocol/order'
import type { Checked } from './check.ts'
import type { Draft } from './draft.ts'
import { centsOf } from './scale.ts'
import { slippageBpsOf } from './slippage.ts'
import type { Surroundings } from './surroundings.ts'

export interface OrderSize {
  /** As the exchange answered; for a waiting order, at its trigger. */
  readonly valueCents: bigint
  /** The value that decides whether to ask for confirmation: more may fill than the exchange foresaw. */
  readonly largestCents: bigint
  readonly slippageBps: number
}

const NONE: OrderSize = { valueCents: 0n, largestCents: 0n, slippageBps: 0 }

/**
 * The value of an order, and its expected slippage.
 * @param answered the exchange's preview of exactly this order; without it the page's own book is used
 */
export function sizeOf(
  { check, draft }: { readonly check: Checked; readonly draft: Pick<Draft, 'type' | 'side'> },
  answered: Pick<OrderPreview, 'notional' | 'slippageBps'> | undefined,
  { scale, book }: Pick<Surroundings, 'scale' | 'book'>,
): OrderSize {
  if (!check.ok) return NONE
  const ownCents = scale.valueCents(check.pricingTicks, check.lots)
  if (!answered) {
    const slippageBps = draft.type === 'market' ? slippageBpsOf({ side: draft.side, lots: check.lots }, book) : 0
    return { valueCents: ownCents, largestCents: ownCents, slippageBps }
  }
  const answeredCents = BigInt(centsOf(answered.notional))
  const largestCents = answeredCents > ownCents ? answeredCents : ownCents
  return { valueCents: answeredCents, largestCents, slippageBps: answered.slippageBps }
}
