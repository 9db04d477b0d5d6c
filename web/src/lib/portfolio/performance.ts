import type { EquityPoint } from '@valiant/shared/protocol/account'
import { centsOf } from './money.ts'
import { type MoneyMove, movedSince } from './money-moves.ts'

/** Profit or loss since a time; deposits and withdrawals are neither. */
export interface Change {
  readonly cents: bigint
  /** The return of a dollar that was there all the time; undefined if there was none. */
  readonly percent: number | undefined
  readonly fromMs: number
  /** Deposits less withdrawals since then, which the curve of the equity has and the profit has not. */
  readonly movedCents: bigint
}

/** An account at a point in time. */
export interface Standing {
  readonly timeMs: number
  readonly equityCents: bigint
}

/**
 * Profit or loss over a period, in money and as a time-weighted percentage.
 * @param points oldest first: the first is the base, the others say what there was when money came or went; what is not before
 *   now is left out
 */
export function changeSince(
  points: readonly EquityPoint[],
  now: Standing,
  moves: readonly MoneyMove[],
): Change | undefined {
  const [first] = points
  if (!first) return undefined
  const [fromMs, equity] = first
  const steps = stepsOf(points, now, moves)
  const percent = steps.some(({ factor }) => factor !== undefined) ? percentOf(grownOver(steps)) : undefined
  const movedCents = movedSince(moves, fromMs)
  return { cents: now.equityCents - centsOf(equity) - movedCents, percent, fromMs, movedCents }
}

/** A point of a curve. */
export interface CurvePoint {
  readonly timeMs: number
  /** Equity, including deposits. */
  readonly equity: number
  /** The return of a dollar that was there from the start of the curve, in percent. */
  readonly grownPct: number
  /** The drawdown of such a dollar from its peak, in percent (0 or less). */
  readonly drawdownPct: number
}

/**
 * A curve for drawing, with its growth and drawdown.
 * @param points oldest first; what is not before now is left out
 */
export function curveOf(
  points: readonly EquityPoint[],
  now: Standing,
  moves: readonly MoneyMove[],
): readonly CurvePoint[] {
  let [grown, peak] = [1, 1]
  return stepsOf(points, now, moves).map(({ timeMs, equityCents, factor = 1 }) => {
    grown *= factor
    peak = Math.max(peak, grown)
    const drawdownPct = peak > grown ? percentOf(grown / peak) : 0
    return { timeMs, equity: Number(equityCents) / 100, grownPct: percentOf(grown), drawdownPct }
  })
}

/** A point, and the factor by which each dollar grew since the previous one; undefined if there was no dollar. */
interface Step extends Standing {
  readonly factor: number | undefined
}

/**
 * The stretches between samples, to be chained: the time-weighted return of the CFA Institute's GIPS standards, which measures
 * the trading and not when money was paid in or out. A dollar that came in later neither makes a loss before it smaller nor
 * one after it larger. What an account was worth at the very moment of a move is not known, only how it was sampled around it:
 * of the conventions for such stretches (Bacon, Practical Portfolio Performance Measurement and Attribution, chapter 2) this
 * takes what came in as there from the stretch's beginning and what went out as there until its end, so that no gain is ever
 * set against less than what earned it.
 */
function stepsOf(points: readonly EquityPoint[], now: Standing, moves: readonly MoneyMove[]): readonly Step[] {
  const known = points
    .filter(([timeMs]) => timeMs < now.timeMs)
    .map(([timeMs, equity]) => ({ timeMs, equityCents: centsOf(equity) }))
  const standings = [...known, now]
  const inOrder = moves.toSorted((a, b) => a.timeMs - b.timeMs)
  let next = 0
  return standings.map((standing, index) => {
    const before = standings[index - 1]
    let [paidIn, net] = [0n, 0n]
    // By the exchange's clock a deposit may be slightly in the future of this machine.
    const untilMs = standing === now ? Infinity : standing.timeMs
    for (let move = inOrder[next]; move && move.timeMs <= untilMs; move = inOrder[++next]) {
      net += move.cents
      if (move.cents > 0n) paidIn += move.cents
    }
    const base = before ? before.equityCents + paidIn : 0n
    if (!before || base <= 0n) return { ...standing, factor: undefined }
    const change = standing.equityCents - before.equityCents - net
    // On margin more than everything can be lost; then nothing is left of a dollar.
    return { ...standing, factor: Math.max(0, 1 + Number(change) / Number(base)) }
  })
}

const grownOver = (steps: readonly Step[]): number => steps.reduce((grown, { factor = 1 }) => grown * factor, 1)

const percentOf = (grown: number): number => (grown - 1) * 100

/**
 * The same curve at even steps, because a chart gives every point the same width; without a sample it stays level.
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

/** The deepest fall from a peak, in percent; 0 if there was none. */
export const deepestOf = (curve: readonly CurvePoint[]): number =>
  curve.reduce((deepest, { drawdownPct }) => Math.min(deepest, drawdownPct), 0)

/**
 * Whether the line that leaves each point of a curve is level with its base: neither a rise nor a fall. From the last none
 * leaves: it is as level as itself.
 */
export const levelsOf = (values: readonly number[], base: number): readonly boolean[] =>
  values.map((value, index) => value === base && (values[index + 1] ?? value) === base)
