import type { EquityPoint } from '@valiant/shared/protocol/account'
import { centsOf } from './money.ts'
import { type MoneyMove, movedSince } from './money-moves.ts'

/** What was won or lost since a moment; money that came in or went out is neither. */
export interface Change {
  readonly cents: bigint
  /** Of what there was at that moment; undefined where there was nothing. */
  readonly percent: number | undefined
  readonly fromMs: number
}

export function changeSince(
  base: EquityPoint | undefined,
  equityCents: bigint,
  moves: readonly MoneyMove[],
): Change | undefined {
  if (!base) return undefined
  const [fromMs, equity] = base
  const baseCents = centsOf(equity)
  const cents = equityCents - baseCents - movedSince(moves, fromMs)
  return { cents, percent: baseCents > 0n ? (Number(cents) / Number(baseCents)) * 100 : undefined, fromMs }
}

/** A moment of a curve: worth, and how far below the highest so far, in percent (0 or less). */
export interface CurvePoint {
  readonly timeMs: number
  readonly equity: number
  readonly drawdownPct: number
}

/**
 * A curve for drawing, with its drawdown.
 * @param points oldest first; what is not before now is left out
 */
export function curveOf(
  points: readonly EquityPoint[],
  now: { readonly timeMs: number; readonly equityCents: bigint },
  moves: readonly MoneyMove[],
): readonly CurvePoint[] {
  const known = points
    .filter(([timeMs]) => timeMs < now.timeMs)
    .map(([timeMs, equity]) => ({ timeMs, cents: centsOf(equity) }))
  const all = [...known, { timeMs: now.timeMs, cents: now.equityCents }]
  const fromMs = all[0]?.timeMs ?? 0
  const within = moves.filter(({ timeMs }) => timeMs > fromMs)
  let peak = -Infinity
  return all.map(({ timeMs, cents }) => {
    const moved = within.filter((move) => move.timeMs <= timeMs).reduce((total, move) => total + move.cents, 0n)
    const own = Number(cents - moved)
    peak = Math.max(peak, own)
    return { timeMs, equity: Number(cents) / 100, drawdownPct: peak > 0 ? Math.min(0, (own / peak - 1) * 100) : 0 }
  })
}

/**
 * The same curve at even steps: where nothing was sampled, it stood still. A chart gives every point the same room.
 * @param curve oldest first
 * @param longestMs the step, where the curve is not so young that there would be none
 */
export function evenly(curve: readonly CurvePoint[], longestMs: number): readonly CurvePoint[] {
  const [first, last] = [curve[0], curve.at(-1)]
  if (!first || !last || first === last) return curve
  const stepMs = Math.min(longestMs, (last.timeMs - first.timeMs) / 2)
  const even = [first]
  let next = 0
  for (let timeMs = (Math.floor(first.timeMs / stepMs) + 1) * stepMs; timeMs < last.timeMs; timeMs += stepMs) {
    while ((curve[next + 1]?.timeMs ?? Infinity) <= timeMs) next++
    even.push({ ...(curve[next] ?? last), timeMs })
  }
  return [...even, last]
}

/** The deepest fall from a high, in percent; 0 where there was none. */
export const deepestOf = (curve: readonly CurvePoint[]): number =>
  curve.reduce((deepest, { drawdownPct }) => Math.min(deepest, drawdownPct), 0)

/**
 * Whether the line that leaves each point of a curve is level with its base: neither a rise nor a fall. From the last none
 * leaves: it is as level as itself.
 */
export const levelsOf = (values: readonly number[], base: number): readonly boolean[] =>
  values.map((value, index) => value === base && (values[index + 1] ?? value) === base)
