/** Below this, quotients of integers in doubles round down to the right integer. */
const EXACT_MAX = 2 ** 52

/**
 * The part of a position's cost that a sale takes with it: cost × closed ÷ held, half up; the last lot takes the rest.
 * @param costCents what all lots held cost, 0 or more
 * @param closedLots 1 to `heldLots`
 */
export function costTaken(costCents: number, closedLots: number, heldLots: number): number {
  if (closedLots === heldLots) return costCents
  const doubledProduct = 2 * costCents * closedLots
  if (doubledProduct + heldLots < EXACT_MAX) return Math.floor((doubledProduct + heldLots) / (2 * heldLots))
  const held = BigInt(heldLots)
  return Number((2n * BigInt(costCents) * BigInt(closedLots) + held) / (2n * held))
}
