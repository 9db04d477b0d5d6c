import type { Fill, Order } from '@valiant/shared/protocol/order'
import type { Receipt } from '#lib/ticket/receipt.ts'
import { grouped, money, signedMoney } from '#lib/ui/format.ts'

/** The result for one of several positions that were to be closed. */
export type Closing = { readonly name: string } & (
  | { readonly end: 'answered'; readonly order: ClosingOrder }
  /** There was nothing left to close: another tab, an exit or the exchange was first. */
  | { readonly end: 'flat' }
  /** Refused: it is unchanged. */
  | { readonly end: 'refused'; readonly why: string }
  /** No answer: it may be closed. */
  | { readonly end: 'unknown' }
)
type ClosingOrder = Pick<Order, 'filledQty' | 'qty'> & {
  readonly fills: readonly Pick<Fill, 'fee' | 'realizedPnl'>[]
}

/** One receipt for all of them: their profit or loss, or which did not close, and why. */
export function allClosed(closings: readonly Closing[]): Receipt {
  const orders = closings.flatMap((one) => (one.end === 'answered' ? [one.order] : []))
  const before = closings.filter(({ end }) => end === 'flat').map(({ name }) => name)
  const closed = orders.filter(isWhole).length + before.length
  const waysOn = [{ label: 'View', do: 'view', list: 'fills' }] as const
  if (closed < closings.length) {
    const title = `${closed} of ${positions(closings.length)} closed`
    return { kind: 'refused', title, text: leftovers(closings).join(' '), waysOn }
  }
  const earlier = before.length === 0 ? '' : `${listed(before)} ${before.length === 1 ? 'was' : 'were'} closed already.`
  if (orders.length === 0) {
    return { kind: 'canceled', title: earlier.slice(0, -1), text: 'Nothing more was bought or sold.', waysOn }
  }
  const fills = orders.flatMap((order) => order.fills)
  const result = signedMoney(sumOf(fills.map(({ realizedPnl }) => realizedPnl)))
  const fees = money(sumOf(fills.map(({ fee }) => fee)))
  const text = [`Result ${result}. Fees ${fees}.`, earlier].filter((part) => part !== '').join(' ')
  return { kind: 'done', title: `${positions(closed)} closed`, text, waysOn }
}

/** "4 positions" */
export const positions = (count: number): string => (count === 1 ? '1 position' : `${count} positions`)

const isWhole = ({ filledQty, qty }: ClosingOrder): boolean => Number(filledQty) === Number(qty)

/** A sentence for each position that is not closed; those refused for the same reason share one. */
function leftovers(closings: readonly Closing[]): readonly string[] {
  const reasons = new Map<string, string[]>()
  const others: string[] = []
  for (const closing of closings) {
    const { name } = closing
    if (closing.end === 'refused') reasons.set(closing.why, [...(reasons.get(closing.why) ?? []), name])
    else if (closing.end === 'unknown') others.push(`Whether ${name} closed isn’t known yet; the list shows it.`)
    else if (closing.end === 'answered' && !isWhole(closing.order)) {
      const { filledQty, qty } = closing.order
      others.push(`Of ${name} ${grouped(filledQty)} of ${grouped(qty)} found a buyer or seller; the rest stays.`)
    }
  }
  const refused = [...reasons].map(
    ([why, names]) => `${listed(names)} ${names.length === 1 ? 'stays' : 'stay'}: ${why}`,
  )
  return [...refused, ...others]
}

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`

const sumOf = (amounts: readonly string[]): number => amounts.reduce((sum, amount) => sum + Number(amount), 0)
