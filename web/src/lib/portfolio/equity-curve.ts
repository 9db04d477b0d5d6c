import type { EquityPoint } from '@valiant/shared/protocol/account'
import type { Standing } from './performance.ts'

/** A curve in a box of 1 by 1, y down, and what its edges stand for. */
export interface EquityCurve {
  readonly line: string
  /** The surface under it. */
  readonly area: string
  readonly lowest: number
  readonly highest: number
}

const PAD = 0.06

/**
 * The samples and the current value.
 * @returns undefined with fewer than two points
 */
export function equityCurve(points: readonly EquityPoint[], now: Standing): EquityCurve | undefined {
  const known = points.filter(([time]) => time < now.timeMs).map(([time, equity]) => [time, Number(equity)] as const)
  const all = [...known, [now.timeMs, Number(now.equityCents) / 100] as const]
  const [first] = all
  if (!first || all.length < 2) return undefined
  const values = all.map(([, equity]) => equity)
  const [lowest, highest] = [Math.min(...values), Math.max(...values)]
  const [fromMs, toMs] = [first[0], now.timeMs]
  const x = (time: number) => round((time - fromMs) / (toMs - fromMs))
  const y = (equity: number) =>
    round(highest === lowest ? 0.5 : PAD + (1 - 2 * PAD) * ((highest - equity) / (highest - lowest)))
  const line = all.map(([time, equity], index) => `${index === 0 ? 'M' : 'L'}${x(time)} ${y(equity)}`).join('')
  return { line, area: `${line}L1 1L0 1Z`, lowest, highest }
}

const round = (value: number) => Math.round(value * 10_000) / 10_000
