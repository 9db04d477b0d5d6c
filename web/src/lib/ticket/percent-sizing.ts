export const PERCENTS = [10, 25, 50, 75, 100] as const
export type Percent = (typeof PERCENTS)[number]

export const percentOf = (whole: bigint, percent: number): bigint => (whole * BigInt(percent)) / 100n

/** The percentage before or after the current one, for the keys [ and ]. */
export function nextPercent(current: Percent | undefined, by: 1 | -1): Percent {
  const at = current === undefined ? (by === 1 ? -1 : PERCENTS.length) : PERCENTS.indexOf(current)
  return PERCENTS[Math.min(PERCENTS.length - 1, Math.max(0, at + by))] ?? 100
}
