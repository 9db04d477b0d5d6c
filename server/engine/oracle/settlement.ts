import { type AccountNumber, FEES, FIRST_USER_ACCOUNT, HOUSE } from '../command.ts'
import { CASH, type Entry, type EntryKind, type Fill, type Trade } from '../event.ts'
import type { Order, Position } from '../state.ts'
import { costShare, feeOnCentBps } from './arithmetic.ts'
import { accountOf, changePosition, marketOf, type NaiveState, positionOf, touch } from './state.ts'

const isUser = (account: AccountNumber): boolean => account >= FIRST_USER_ACCOUNT

type Source = Partial<Pick<Entry, 'orderNumber' | 'fillNumber' | 'counterOrderNumber' | 'counterFillNumber'>>

/** Moves cash or lots from one account to another and writes an entry; an amount of 0 writes none. */
export function move(
  state: NaiveState,
  line: {
    account: AccountNumber
    counter: AccountNumber
    kind: EntryKind
    asset: string
    amount: number
    note?: string
  } & Source,
): Entry | undefined {
  const { account, counter, kind, asset, amount } = line
  if (amount === 0) return undefined
  const balanceAfter = addTo(state, account, asset, amount)
  const counterBalance = addTo(state, counter, asset, -amount)
  const entry: Entry = {
    account,
    number: ++accountOf(state, account).entryNumber,
    counter,
    counterNumber: ++accountOf(state, counter).entryNumber,
    kind,
    asset,
    amount,
    balanceAfter,
    counterBalanceAfter: isUser(counter) ? counterBalance : undefined,
    orderNumber: line.orderNumber,
    fillNumber: line.fillNumber,
    counterOrderNumber: line.counterOrderNumber,
    counterFillNumber: line.counterFillNumber,
    timeMs: state.nowMs,
    ...(line.note !== undefined && { note: line.note }),
  }
  state.events.entries.push(entry)
  touch(state, account)
  touch(state, counter)
  return entry
}

/** The exchange's own accounts hold neither cash nor positions here: their amounts are in the entries. */
function addTo(state: NaiveState, account: AccountNumber, asset: string, amount: number): number {
  if (!isUser(account)) return 0
  if (asset === CASH) return (accountOf(state, account).cashCents += amount)
  return (positionOf(state, account, asset).lots += amount)
}

/** Books a trade: its fills, its entries, and then the fees. */
export function book(state: NaiveState, trade: Trade, taker: Order | undefined, maker: Order | undefined): void {
  const { spec } = marketOf(state, trade.symbol)
  const valueCents = trade.ticks * trade.lots * spec.centsPerTickLot
  const [first, second] = taker === undefined ? [maker, undefined] : [taker, maker]
  if (first === undefined) return
  const numbers = [first, second].map((order) =>
    order === undefined ? undefined : ++accountOf(state, order.account).fillNumber,
  )
  const realized = [first, second].map((order) =>
    order === undefined
      ? 0
      : realize(positionOf(state, order.account, trade.symbol), order.side, trade.lots, valueCents),
  )
  const source = {
    orderNumber: first.number,
    fillNumber: numbers[0],
    counterOrderNumber: second?.number,
    counterFillNumber: numbers[1],
  }
  const line = { account: first.account, counter: second?.account ?? HOUSE, kind: 'trade', ...source } as const
  const sign = first.side === 'buy' ? 1 : -1
  move(state, { ...line, asset: CASH, amount: -sign * valueCents })
  move(state, { ...line, asset: trade.symbol, amount: sign * trade.lots })
  for (const [at, order] of [first, second].entries()) {
    if (order === undefined) continue
    const liquidity = order === taker ? 'taker' : 'maker'
    const feeBps = liquidity === 'taker' ? spec.takerBps : spec.makerBps
    order.filledLots += trade.lots
    order.filledTickLots += trade.ticks * trade.lots
    order.feeCentBps += valueCents * feeBps
    const feeCents = feeOnCentBps(order.feeCentBps) - order.feesPaidCents
    order.feesPaidCents += feeCents
    const fill: Fill = {
      account: order.account,
      number: numbers[at] ?? 0,
      orderNumber: order.number,
      clientOrderId: order.clientOrderId,
      symbol: trade.symbol,
      side: order.side,
      ticks: trade.ticks,
      lots: trade.lots,
      valueCents,
      feeCents,
      liquidity,
      realizedCents: realized[at] ?? 0,
      tradeId: trade.id,
      timeMs: state.nowMs,
    }
    state.events.fills.push(fill)
    const account = accountOf(state, order.account)
    account.realizedCents += fill.realizedCents
    account.feesPaidCents += feeCents
    const { orderNumber, number: fillNumber } = fill
    move(state, {
      account: order.account,
      counter: FEES,
      kind: 'fee',
      asset: CASH,
      amount: -feeCents,
      orderNumber,
      fillNumber,
    })
    changePosition(state, positionOf(state, order.account, trade.symbol))
  }
}

/**
 * Updates the cost of a position for a trade, before its lots change: closing first, then the rest opens a new
 * position.
 * @returns the realized profit of the closed part
 */
function realize(position: Position, side: Order['side'], lots: number, valueCents: number): number {
  const sign = side === 'buy' ? 1 : -1
  const isClosing = position.lots !== 0 && Math.sign(position.lots) !== sign
  const closed = isClosing ? Math.min(lots, Math.abs(position.lots)) : 0
  const closedCents = (valueCents / lots) * closed
  let realizedCents = 0
  if (closed > 0) {
    const share = costShare(position.costCents, closed, Math.abs(position.lots))
    realizedCents = -sign * closedCents - share
    position.costCents -= share
  }
  position.costCents += sign * (valueCents - closedCents)
  position.realizedCents += realizedCents
  return realizedCents
}
