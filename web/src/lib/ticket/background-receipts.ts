import type { AccountFrame } from '@valiant/shared/protocol/account'
import type { Order } from '@valiant/shared/protocol/order'
import { grouped, money } from '#lib/ui/format.ts'
import { type Named, type Receipt, receiptOf } from './receipt.ts'

/** Events the trader did not cause: fills of waiting orders, and liquidations. */
const BY_OTHERS = ['trade', 'trigger', 'liquidation']

/**
 * Receipts for events without a press here: fills of waiting orders, triggered exits, liquidated positions, a reset in
 * another tab.
 */
export function backgroundReceipts(
  { cause, orders, fills, balance }: Pick<AccountFrame, 'cause' | 'orders' | 'fills' | 'balance'>,
  namedOf: (symbol: string) => Named | undefined,
): readonly Receipt[] {
  if (cause === 'reset') return [reset(balance)]
  if (!BY_OTHERS.includes(cause)) return []
  const filled = orders.filter(({ orderId }) => fills.some((fill) => fill.orderId === orderId))
  return filled.flatMap((order) => {
    const named = namedOf(order.symbol)
    if (!named) return []
    const receipt = { ...receiptOf(order, named), of: order.orderId }
    return [cause === 'liquidation' ? liquidated(receipt, order, named) : exit(receipt, order)]
  })
}

/** The receipt of a closed order, whenever it was closed, for a list that is read later. */
export function receiptOfEnd(order: Order, named: Named): Receipt {
  const receipt = { ...receiptOf(order, named), of: order.orderId }
  if (named.scale.lots(order.filledQty) === 0) {
    return { ...receipt, title: `${order.side === 'buy' ? 'Buy' : 'Sell'} ${grouped(order.qty)} ${named.name} ended` }
  }
  return order.source === 'system' ? liquidated(receipt, order, named) : exit(receipt, order)
}

/** A market that is restarted goes on from the time of its last commit, and may date what it closes before it was last heard. */
const RESUMED_MS = 5_000

/**
 * Receipts for the liquidations that no frame reported, because the connection was lost or the machine asleep.
 * @param closed the newest closed orders
 * @param known when the exchange was last heard, by its clock, and the orders that frames did report
 */
export function missedLiquidations(
  closed: readonly Order[],
  { sinceMs, reported }: { readonly sinceMs: number; readonly reported: ReadonlySet<string> },
  namedOf: (symbol: string) => Named | undefined,
): readonly Receipt[] {
  return closed.flatMap((order) => {
    const named = namedOf(order.symbol)
    // The exchange itself sends no other orders.
    if (!named || order.source !== 'system' || reported.has(order.orderId) || Number(order.filledQty) === 0) return []
    if ((order.closedAt ?? 0) < sinceMs - RESUMED_MS) return []
    return [liquidated({ ...receiptOf(order, named), of: order.orderId }, order, named)]
  })
}

function exit(receipt: Receipt, { role }: Order): Receipt {
  if (role === undefined) return receipt
  const title = receipt.title.charAt(0).toLowerCase() + receipt.title.slice(1)
  return { ...receipt, title: `${role === 'take_profit' ? 'Take profit' : 'Stop loss'}: ${title}` }
}

/** Nobody should see positions and orders go without a word. */
const reset = ({ cash }: AccountFrame['balance']): Receipt => ({
  kind: 'canceled',
  title: 'The account was reset',
  text: `It starts again with ${money(cash)}, without positions and orders.`,
  waysOn: [{ label: 'View', do: 'view', list: 'history' }],
})

/** Shown as an error: the exchange closed the position. */
function liquidated(receipt: Receipt, { side }: Order, { name }: Named): Receipt {
  return {
    ...receipt,
    kind: 'refused',
    stays: true,
    title: `Your ${side === 'sell' ? 'long' : 'short'} in ${name} was closed`,
    text: `What you own no longer covered it. ${receipt.title}.`,
  }
}
