import type { OrderPreview } from '@valiant/shared/protocol/order'
import type { Checked } from './check.ts'
import type { Draft } from './draft.ts'
import { centsOf } from './scale.ts'
import { fillsOf, slippageBpsOf } from './slippage.ts'
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
    if (draft.type !== 'market') return { valueCents: ownCents, largestCents: ownCents, slippageBps: 0 }
    const order = { side: draft.side, lots: check.lots }
    const valueCents = bookCents(order, { scale, book })
    return { valueCents, largestCents: larger(valueCents, ownCents), slippageBps: slippageBpsOf(order, book) }
  }
  const answeredCents = BigInt(centsOf(answered.notional))
  const largestCents = larger(answeredCents, ownCents)
  return { valueCents: answeredCents, largestCents, slippageBps: answered.slippageBps }
}

/** What a market order would cost or bring by the known book; what that has no size for counts at its last price. */
function bookCents(
  order: { readonly side: Draft['side']; readonly lots: number },
  { scale, book }: Pick<Surroundings, 'scale' | 'book'>,
): bigint {
  const { fills, missing } = fillsOf(order, book)
  const atLast = scale.valueCents(fills.at(-1)?.[0] ?? 0, missing)
  return fills.reduce((sum, [ticks, lots]) => sum + scale.valueCents(ticks, lots), atLast)
}

const larger = (one: bigint, other: bigint): bigint => (one > other ? one : other)
