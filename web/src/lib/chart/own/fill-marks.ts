/** One of the account's fills. */
export interface OwnFill {
  readonly timeMs: number
  readonly side: 'buy' | 'sell'
  readonly lots: number
}

/** What was bought or sold within one bar. */
export interface BarMark {
  readonly startMs: number
  readonly side: 'buy' | 'sell'
  readonly lots: number
}

/** One mark per bar and side, oldest first, since an order that fills against a dozen others is one trade to its owner. */
export function barMarks(fills: readonly OwnFill[], intervalMs: number): readonly BarMark[] {
  const marks = new Map<string, BarMark>()
  for (const { timeMs, side, lots } of fills) {
    const startMs = Math.floor(timeMs / intervalMs) * intervalMs
    const key = `${startMs} ${side}`
    marks.set(key, { startMs, side, lots: (marks.get(key)?.lots ?? 0) + lots })
  }
  return [...marks.values()].sort((a, b) => a.startMs - b.startMs)
}
