import type { Fill } from '../../engine/event.ts'

/** The fills of one drain in which a user took from the house: of a trade between users the maker's fill is there too. */
export function takenFromHouse(fills: readonly Fill[]): Fill[] {
  const taken = fills.filter(({ liquidity }) => liquidity === 'taker')
  if (taken.length === fills.length) return taken
  const betweenUsers = new Set(fills.filter(({ liquidity }) => liquidity === 'maker').map(tradeOf))
  return taken.filter((fill) => !betweenUsers.has(tradeOf(fill)))
}

const tradeOf = ({ symbol, tradeId }: Fill): string => `${symbol} ${tradeId}`
