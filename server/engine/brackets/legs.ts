import type { AccountNumber, OrderSource, PlaceOrder, SelfTrade, Side, StopLoss, TakeProfit } from '../command.ts'
import type { Market } from '../market.ts'
import { OpenOrder } from '../open-order.ts'
import type { Portfolio } from '../portfolio.ts'
import type { LegRole } from '../state.ts'
import { firstHighWaterTicks, trailedStopTicks } from '../triggers/trailing.ts'
import { Group } from './group.ts'

/** The requested exits, and what they inherit from their entry or position. */
export interface Exits {
  readonly portfolio: Portfolio
  readonly market: Market
  /** The side of the exits. */
  readonly side: Side
  readonly lots: number
  readonly takeProfit: TakeProfit | undefined
  readonly stopLoss: StopLoss | undefined
  readonly selfTrade: SelfTrade
  readonly source: OrderSource
  readonly tag: string | undefined
}

export const oppositeOf = (side: Side): Side => (side === 'buy' ? 'sell' : 'buy')

/** The exits as order commands, take profit first. */
export function exitCommands(exits: Exits): { readonly role: LegRole; readonly command: PlaceOrder }[] {
  const { takeProfit, stopLoss } = exits
  const commands: { readonly role: LegRole; readonly command: PlaceOrder }[] = []
  if (takeProfit !== undefined) {
    const { limitTicks, expireAtMs } = takeProfit
    commands.push({ role: 'take_profit', command: { ...commandOf(exits, expireAtMs), type: 'limit', limitTicks } })
  }
  if (stopLoss !== undefined) commands.push({ role: 'stop_loss', command: stopLossCommand(exits, stopLoss) })
  return commands
}

/**
 * Creates the exits as one group, with the account's next numbers; they are not in the market yet.
 * @param entry the entry whose legs they are
 */
export function makeExits(exits: Exits, timeMs: number, entry?: OpenOrder): OpenOrder[] {
  const { portfolio, market } = exits
  const group = new Group()
  if (entry !== undefined) group.add(entry)
  const groupNumber = entry?.number ?? portfolio.account.orderNumber + 1
  return exitCommands(exits).map(({ role, command }) => {
    const number = ++portfolio.account.orderNumber
    const order = new OpenOrder({ ...command, clientOrderId: `#${number}` }, number, portfolio, market, timeMs)
    order.join({ role, parentNumber: entry?.number, groupNumber })
    if (order.type === 'trailing_stop' && order.stopTicks > 0) {
      order.highWaterTicks = firstHighWaterTicks(order, order.stopTicks)
      order.stopTicks = trailedStopTicks(order, order.highWaterTicks, market.book.maxTicks)
    }
    group.add(order)
    return order
  })
}

/** Finds or creates the group of a restored order; its orders may come in any sequence. */
export function regroup(order: OpenOrder): void {
  const { portfolio, number, role, parentNumber, groupNumber } = order
  const firstNumber = role === undefined || parentNumber !== undefined ? (groupNumber ?? number) + 1 : groupNumber
  if (firstNumber === undefined) return
  const isOurs = (other: OpenOrder | undefined) =>
    other?.role !== undefined && other.groupNumber === (groupNumber ?? number) ? other : undefined
  const exits = [isOurs(portfolio.openOrder(firstNumber)), isOurs(portfolio.openOrder(firstNumber + 1))]
  const entry = role === undefined ? order : parentNumber === undefined ? undefined : portfolio.openOrder(parentNumber)
  const known = [...exits, entry].filter((member) => member !== undefined)
  if (role === undefined && known.length === 1) return
  const group = known.find((member) => member.group !== undefined)?.group ?? new Group()
  for (const member of known) group.add(member)
  if (entry !== undefined) group.grownLots = entry.filledLots
}

function commandOf({ portfolio, market, side, lots, selfTrade, source, tag }: Exits, expireAtMs: number | undefined) {
  const account: AccountNumber = portfolio.account.account
  return {
    kind: 'order.place' as const,
    account,
    clientOrderId: '',
    symbol: market.symbol,
    side,
    lots,
    timeInForce: expireAtMs === undefined ? ('gtc' as const) : ('day' as const),
    ...(expireAtMs === undefined ? {} : { expireAtMs }),
    postOnly: false,
    reduceOnly: true,
    selfTrade,
    source,
    ...(tag === undefined ? {} : { tag }),
  }
}

function stopLossCommand(exits: Exits, { stopTicks, limitTicks, trailBps, expireAtMs }: StopLoss): PlaceOrder {
  const command = commandOf(exits, expireAtMs)
  if (trailBps !== undefined) {
    const first = stopTicks === undefined ? {} : { stopTicks }
    return { ...command, ...first, type: 'trailing_stop', limitTicks: 0, trailBps }
  }
  const trigger = { stopTicks: stopTicks ?? 0 }
  return limitTicks === undefined
    ? { ...command, ...trigger, type: 'stop', limitTicks: 0 }
    : { ...command, ...trigger, type: 'stop_limit', limitTicks }
}
