import type { Fill } from '../../engine/event.ts'

/**
 * Fills of users who took liquidity from the house. A trade between users is recognized by its maker's fill in the same
 * events.
 */
export function takenFromHouse(fills: readonly Fill[]): Fill[] {
  const taken = fills.filter(({ liquidity }) => liquidity === 'taker')
  if (taken.length === fills.length) return taken
  const betweenUsers = new Set(fills.filter(({ liquidity }) => liquidity === 'maker').map(tradeOf))
  return taken.filter((fill) => !betweenUsers.has(tradeOf(fill)))
}

const tradeOf = ({ symbol, tradeId }: Fill): string => `${symbol} ${tradeId}`
