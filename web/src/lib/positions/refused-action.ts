import { NotConnectedError, RequestRefused } from '@valiant/shared/client/errors'
import type { Position } from '@valiant/shared/protocol/account'
import type { WireError } from '@valiant/shared/protocol/wire-error'
import type { Listing } from '#lib/market/listing.svelte.ts'
import type { OrderContent } from '#lib/ticket/draft.ts'
import type { Receipt } from '#lib/ticket/receipt.ts'
import { type AtRefusal, type Deed, refusalOf } from '#lib/ticket/refusal.ts'
import { scaleOf } from '#lib/ticket/scale.ts'
import { timeOfDay } from '#lib/ui/format.ts'
import type { ExitPrices } from './exits-of.ts'
import { closingSide, sizeOf } from './position-figures.ts'

/** What was attempted on an order or position; a refusal is worded after it. */
export interface Attempt {
  readonly deed: Deed
  readonly content: OrderContent
  /** The receipt for a refusal that only says it was done before, in another tab or by the exchange. */
  readonly doneBefore?: (error: WireError) => Receipt | undefined
}

/** What a refusal is worded from. */
export interface Known {
  readonly listingOf: (symbol: string) => Listing | undefined
  readonly has: (symbol: string) => Pick<AtRefusal, 'held' | 'equity' | 'isMargin'>
}

type Reason = Pick<Receipt, 'text' | 'waysOn'>

/** Why an action failed, or what is known of one without an answer. */
export function failureOf(error: unknown, attempt: Attempt | undefined, known: Known): Reason {
  if (error instanceof RequestRefused) {
    return attempt ? refusalReason(error.error, attempt, known) : { text: error.error.message, waysOn: [] }
  }
  if (error instanceof NotConnectedError) return { text: error.message, waysOn: [] }
  const text = 'Its result isn’t known yet. It can’t be done twice; the list shows what came of it.'
  return { text, waysOn: [] }
}

/** The ticket's wording, without the suggestions that would fill in the ticket. */
export function refusalReason(error: WireError, { deed, content }: Attempt, { listingOf, has }: Known): Reason {
  const listing = listingOf(content.symbol)
  if (!listing) return { text: error.message, waysOn: [] }
  const { instrument, label, touch } = listing
  const scale = scaleOf(instrument)
  const { text, waysOn } = refusalOf(error, {
    name: label,
    scale,
    content,
    bid: scale.price(touch?.bidTicks ?? 0),
    ask: scale.price(touch?.askTicks ?? 0),
    passive: scale.price(0),
    bandPercent: instrument.priceBandBps / 100,
    affordable: scale.qty(0),
    ...has(content.symbol),
    isShortable: instrument.shortable,
    opens: timeOfDay(instrument.session.open),
    deed,
  })
  return { text, waysOn: waysOn.filter((way) => way.do === 'go' || way.do === 'view') }
}

/** An order that closes all of a position reduces only what there is: refused as too large, there is none. */
export const isFlat = ({ code }: WireError): boolean => code === 'REDUCE_ONLY_WOULD_INCREASE'

/** The order that closes a position. */
export function closingOf(position: Pick<Position, 'symbol' | 'qty'>): Attempt {
  const { symbol } = position
  const [side, qty] = [closingSide(position), sizeOf(position)]
  const content = { symbol, side, type: 'market', qty, timeInForce: 'ioc' } as const
  return { deed: 'place', content }
}

/** Both exits as one order. */
export const exitOf = (symbol: string, { takeProfit, stopLoss }: ExitPrices): OrderContent => ({
  symbol,
  side: 'sell',
  type: 'limit',
  timeInForce: 'gtc',
  ...(takeProfit === undefined ? {} : { limitPrice: takeProfit }),
  ...(stopLoss === undefined ? {} : { stopPrice: stopLoss }),
})
