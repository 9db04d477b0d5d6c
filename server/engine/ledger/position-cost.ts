import type { Position } from '../state.ts'

/** Below this, dividing doubles and rounding down gives the exact integer. */
const EXACT_MAX = 2 ** 52

/**
 * The part of a position's cost that closing takes with it: cost × closed ÷ held, rounded half up; the last lot takes
 * the rest.
 * @param costCents the absolute cost of all lots held: 0 or more
 * @param closedLots 1 to `heldLots`
 */
export function costTaken(costCents: number, closedLots: number, heldLots: number): number {
  if (closedLots === heldLots) return costCents
  const doubledProduct = 2 * costCents * closedLots
  if (doubledProduct + heldLots < EXACT_MAX) return Math.floor((doubledProduct + heldLots) / (2 * heldLots))
  const held = BigInt(heldLots)
  return Number((2n * BigInt(costCents) * BigInt(closedLots) + held) / (2n * held))
}

/**
 * Applies a fill to a position: opening lots add to the cost, closing lots take their share of it. A fill that passes
 * zero closes everything and opens the rest.
 * @param lots bought or, if negative, sold
 * @param valueCents of the whole fill; each lot is worth the same
 * @returns the realized profit in cents, before fees
 */
export function changePosition(position: Position, lots: number, valueCents: number): number {
  const held = position.lots
  position.lots = held + lots
  const isBuy = lots > 0
  if (held === 0 || held > 0 === isBuy) {
    position.costCents += isBuy ? valueCents : -valueCents
    return 0
  }

  const [heldSize, size] = [Math.abs(held), Math.abs(lots)]
  const closed = Math.min(heldSize, size)
  const closedCents = (valueCents / size) * closed
  const openedCents = valueCents - closedCents
  const taken = costTaken(Math.abs(position.costCents), closed, heldSize)
  const realizedCents = isBuy ? taken - closedCents : closedCents - taken
  position.costCents += isBuy ? taken + openedCents : -taken - openedCents
  position.realizedCents += realizedCents
  return realizedCents
}
