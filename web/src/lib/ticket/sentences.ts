import { grouped } from '#lib/ui/format.ts'
import { trailText } from '#lib/orders/order-text.ts'
import type { TradingChoice } from '#lib/trading/trading-choice.ts'
import { moneyOfCents } from './amount.ts'
import type { OrderContent } from './draft.ts'
import { centsOf } from './scale.ts'

const DO = { buy: 'Buy', sell: 'Sell' } as const

/** "83 NOVA", or for an order in dollars "$1,000.00 of NOVA". */
const amountText = ({ qty, notional }: Pick<OrderContent, 'qty' | 'notional'>, name: string): string =>
  notional === undefined ? `${grouped(qty ?? '')} ${name}` : `${moneyOfCents(centsOf(notional))} of ${name}`

function priceWords(content: OrderContent): string {
  const { type, limitPrice = '', stopPrice = '' } = content
  switch (type) {
    case 'market':
      return 'at market'
    case 'limit':
      return `at ${grouped(limitPrice)}`
    case 'stop':
      return `from ${grouped(stopPrice)}`
    case 'stop_limit':
      return `from ${grouped(stopPrice)} at ${grouped(limitPrice)}`
    case 'trailing_stop':
      return `trailing ${trailText(content)}`
  }
}

/** The part of a sale that exceeds the position. */
export interface Shorting {
  /** As shown; empty if nothing is sold short. */
  readonly shortQty: string
  /** The whole sale is short. */
  readonly isWhole: boolean
}

/** "Buy 83 NOVA at 184.30": the action in full. A sale that opens or enlarges a short says so. */
export function sentenceOf(content: OrderContent, name: string, shorting?: Shorting): string {
  const isWhollyShort = shorting?.isWhole ?? false
  const verb = isWhollyShort ? 'Sell short' : DO[content.side]
  const part = shorting && !isWhollyShort && shorting.shortQty !== '' ? `, ${grouped(shorting.shortQty)} short` : ''
  return `${verb} ${amountText(content, name)} ${priceWords(content)}${part}`
}

/** "Confirm: buy 83 NOVA, $15,296.90" */
export function confirmationOf(
  content: OrderContent,
  name: string,
  { valueCents, shorting }: { valueCents: bigint; shorting?: Shorting | undefined },
): string {
  const verb = shorting?.isWhole ? 'sell short' : content.side
  if (content.notional !== undefined) return `Confirm: ${verb} ${amountText(content, name)}`
  return `Confirm: ${verb} ${amountText(content, name)}, ${moneyOfCents(valueCents)}`
}

/** Market orders with more expected slippage ask for confirmation, as do orders above the chosen value. */
const CONFIRM_ABOVE_SLIPPAGE_BPS = 100

export function asksAgain(
  { type, valueCents, slippageBps }: { type: OrderContent['type']; valueCents: bigint; slippageBps: number },
  { isOneClick, askAbove }: Pick<TradingChoice, 'isOneClick' | 'askAbove'>,
): boolean {
  if (isOneClick) return false
  return valueCents > BigInt(askAbove) * 100n || (type === 'market' && slippageBps > CONFIRM_ABOVE_SLIPPAGE_BPS)
}

/** "Buy 50 NOVA was sent at 14:32:11; …", while its result isn't known. */
export const unknownSentence = (content: OrderContent, name: string, sentAt: string): string =>
  `${DO[content.side]} ${amountText(content, name)} was sent at ${sentAt}; its result isn't known yet. It can't be placed twice. The result shows here as soon as we're back.`
