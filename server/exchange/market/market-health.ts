import type { Side } from '../../engine/command.ts'
import type { Engine } from '../../engine/engine.ts'
import { NO_SLOT } from '../../engine/house.ts'

/** Metrics of an instrument's book and price. */
export interface MarketHealth {
  readonly buy: SideHealth
  readonly sell: SideHealth
  /** Best ask minus best bid; undefined when a side is empty. */
  readonly spreadTicks: number | undefined
  readonly isHalted: boolean
  /** Undefined before the first two-sided market. */
  readonly markTicks: number | undefined
  /** How far the mid price is from the reference, as a ratio; undefined when a side is empty. */
  readonly deviation: number | undefined
}

interface SideHealth {
  readonly orders: number
  /** Those of them that belong to users. */
  readonly usersOrders: number
  /** Lots near the mid price. */
  readonly depthLots: number
}

interface BookQuery {
  readonly engine: Pick<Engine, 'house' | 'levels' | 'status' | 'markTicks'>
  readonly symbol: string
  /** The reference price of the simulated makers, in ticks. */
  readonly referenceTicks: number
  /** Depth is counted this far from the mid price, or from the best price when the other side is empty. */
  readonly nearTicks: number
}

/** Inspects a book order by order: its cost grows with the book, so it is not done in every quantum. */
export function marketHealth({ engine, symbol, referenceTicks, nearTicks }: BookQuery): MarketHealth {
  const { bidTicks, askTicks } = engine.house(symbol)
  const isTwoSided = bidTicks > 0 && askTicks > 0
  const middleTicks = isTwoSided ? (bidTicks + askTicks) / 2 : bidTicks + askTicks
  const sideOf = (side: Side) => sideHealth(engine, symbol, side, (ticks) => Math.abs(ticks - middleTicks) <= nearTicks)
  const markTicks = engine.markTicks(symbol)
  return {
    buy: sideOf('buy'),
    sell: sideOf('sell'),
    spreadTicks: isTwoSided ? askTicks - bidTicks : undefined,
    isHalted: engine.status(symbol) !== 'open',
    markTicks: markTicks > 0 ? markTicks : undefined,
    deviation: isTwoSided && referenceTicks > 0 ? middleTicks / referenceTicks - 1 : undefined,
  }
}

function sideHealth(
  engine: BookQuery['engine'],
  symbol: string,
  side: Side,
  isNear: (ticks: number) => boolean,
): SideHealth {
  const house = engine.house(symbol)
  let orders = 0
  let usersOrders = 0
  let depthLots = 0
  for (const [ticks, lots] of engine.levels(symbol, side)) {
    if (isNear(ticks)) depthLots += lots
    for (let slot = house.firstAt(ticks); slot !== NO_SLOT; slot = house.nextAfter(slot)) {
      orders += 1
      if (!house.isHouse(slot)) usersOrders += 1
    }
  }
  return { orders, usersOrders, depthLots }
}
