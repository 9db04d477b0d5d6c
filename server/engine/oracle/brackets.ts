import type { StopLoss, TakeProfit } from '../command.ts'
import { beginningTicks, trailingStopTicks } from './arithmetic.ts'
import type { LegRole, Order } from '../state.ts'
import { legsOf, takeOut } from './closing.ts'
import { enter, type Listeners } from './matching.ts'
import { cutReduceOnly } from './reduce-only.ts'
import { arm } from './stops.ts'
import { accountOf, change, isOpen, marketOf, type NaiveState, opposite } from './state.ts'
import { midHalfTicks } from './book.ts'

/** What legs and exits inherit from their entry or position. */
export type ExitOf = Pick<Order, 'account' | 'symbol' | 'side' | 'lots' | 'selfTrade' | 'source' | 'tag' | 'status'> &
  Partial<Pick<Order, 'parentNumber' | 'groupNumber'>>

/** Legs or exits, take profit first, numbered from `number`; `side` is theirs. */
export function exitsOf(
  state: NaiveState,
  shape: ExitOf,
  number: number,
  { takeProfit, stopLoss }: { takeProfit?: TakeProfit | undefined; stopLoss?: StopLoss | undefined },
): Order[] {
  const exits: Order[] = []
  if (takeProfit !== undefined) exits.push(exitOf(state, shape, number, 'take_profit', takeProfit))
  if (stopLoss !== undefined) exits.push(exitOf(state, shape, number + exits.length, 'stop_loss', stopLoss))
  return exits
}

/** One exit, a take profit or a stop loss; fields of the other kind are absent. */
function exitOf(
  state: NaiveState,
  shape: ExitOf,
  number: number,
  role: LegRole,
  { limitTicks = 0, expireAtMs, stopTicks = 0, trailBps = 0 }: Partial<TakeProfit> & StopLoss,
): Order {
  const stopType = trailBps > 0 ? 'trailing_stop' : limitTicks > 0 ? 'stop_limit' : 'stop'
  const trail = { side: shape.side, trailTicks: 0, trailBps }
  const highWaterTicks = trailBps > 0 && stopTicks > 0 ? beginningTicks(trail, stopTicks) : 0
  const { maxTicks } = marketOf(state, shape.symbol).spec
  return {
    account: shape.account,
    number,
    clientOrderId: `#${number}`,
    symbol: shape.symbol,
    side: shape.side,
    type: role === 'take_profit' ? 'limit' : stopType,
    timeInForce: expireAtMs === undefined ? 'gtc' : 'day',
    postOnly: false,
    selfTrade: shape.selfTrade,
    source: shape.source,
    tag: shape.tag,
    lots: shape.lots,
    limitTicks,
    stopTicks: highWaterTicks > 0 ? trailingStopTicks(trail, highWaterTicks, maxTicks) : stopTicks,
    trailTicks: 0,
    trailBps,
    highWaterTicks,
    expireAtMs,
    reduceOnly: true,
    role,
    parentNumber: shape.parentNumber,
    groupNumber: shape.groupNumber,
    arrivalMidHalfTicks: midHalfTicks(marketOf(state, shape.symbol)),
    filledLots: 0,
    filledTickLots: 0,
    feeCentBps: 0,
    feesPaidCents: 0,
    heldCents: 0,
    status: shape.status,
    reason: undefined,
    rejectCode: undefined,
    priority: 0,
    version: 0,
    createdAtMs: state.nowMs,
    updatedAtMs: state.nowMs,
    closedAtMs: undefined,
  }
}

/** An accepted entry creates its legs. */
export function makeLegs(
  state: NaiveState,
  entry: Order,
  exits: { takeProfit?: TakeProfit | undefined; stopLoss?: StopLoss | undefined },
): void {
  const { number } = entry
  const shape: ExitOf = {
    ...entry,
    side: opposite(entry.side),
    status: 'held',
    parentNumber: number,
    groupNumber: number,
  }
  for (const leg of exitsOf(state, shape, number + 1, exits)) {
    accountOf(state, entry.account).orderNumber = leg.number
    state.orders.push(leg)
    change(state, leg)
  }
}

/** After a fill of the entry, its legs become active or grow. */
export function wakeLegs(state: NaiveState, listeners: Listeners, entry: Order, lots: number): void {
  const legs = legsOf(state, entry)
  const asleep = legs.filter(({ status }) => status === 'held')
  for (const leg of legs) {
    leg.lots = asleep.includes(leg) ? lots : leg.lots + lots
    if (asleep.includes(leg)) leg.status = leg.role === 'stop_loss' ? 'untriggered' : 'open'
    change(state, leg)
  }
  for (const leg of legs) if (leg.role === 'take_profit' && !asleep.includes(leg)) takeOut(state, leg)
  cutReduceOnly(state, entry.account, entry.symbol)
  for (const leg of legs) {
    if (!isOpen(leg)) continue
    if (leg.role === 'take_profit') enter(state, listeners, leg)
    else if (asleep.includes(leg)) arm(state, leg)
  }
}
