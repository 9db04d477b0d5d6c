import type { Side } from '../../engine/command.ts'
import type { Engine } from '../../engine/engine.ts'
import { NO_SLOT } from '../../engine/house.ts'

/** How the book of an instrument stands, and its price. */
export interface MarketHealth {
  readonly buy: SideHealth
  readonly sell: SideHealth
  /** Best ask less best bid; undefined where a side is empty. */
  readonly spreadTicks: number | undefined
  readonly isHalted: boolean
  /** Undefined before the first two-sided market. */
  readonly markTicks: number | undefined
  /** How far the middle lies from the reference, as a ratio; undefined where a side is empty. */
  readonly deviation: number | undefined
}

export interface SideHealth {
  readonly orders: number
  /** Those of people among them. */
  readonly peoplesOrders: number
  /** Lots near the middle. */
  readonly depthLots: number
}

interface Looked {
  readonly engine: Pick<Engine, 'house' | 'levels' | 'status' | 'markTicks'>
  readonly symbol: string
  /** Where the simulated makers see the price, in ticks. */
  readonly referenceTicks: number
  /** Depth is counted so far from the middle, or from the best price where the other side is empty. */
  readonly nearTicks: number
}

/** Looks at a book from outside, order by order: its cost grows with the book, so not for every quantum. */
export function marketHealth({ engine, symbol, referenceTicks, nearTicks }: Looked): MarketHealth {
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
  engine: Looked['engine'],
  symbol: string,
  side: Side,
  isNear: (ticks: number) => boolean,
): SideHealth {
  const house = engine.house(symbol)
  let orders = 0
  let peoplesOrders = 0
  let depthLots = 0
  for (const [ticks, lots] of engine.levels(symbol, side)) {
    if (isNear(ticks)) depthLots += lots
    for (let slot = house.firstAt(ticks); slot !== NO_SLOT; slot = house.nextAfter(slot)) {
      orders += 1
      if (!house.isHouse(slot)) peoplesOrders += 1
    }
  }
  return { orders, peoplesOrders, depthLots }
}
