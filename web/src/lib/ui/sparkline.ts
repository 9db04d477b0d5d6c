/** A line of closes in a box, as SVG paths. */
export interface SparklinePaths {
  readonly line: string
  /** The area between the line and the first close. */
  readonly area: string
  /** Height of the first close: the dashed line. */
  readonly baseY: number
}

/** @returns undefined for fewer than two closes */
export function sparklinePaths(
  closes: readonly number[],
  box: { width: number; height: number; pad: number },
): SparklinePaths | undefined {
  const [first] = closes
  if (first === undefined || closes.length < 2) return undefined
  const low = Math.min(...closes)
  const span = Math.max(...closes) - low
  const inner = box.height - 2 * box.pad
  const y = (close: number) => round(span === 0 ? box.height / 2 : box.pad + inner * (1 - (close - low) / span))
  const x = (index: number) => round((index * box.width) / (closes.length - 1))
  const line = closes.map((close, index) => `${index === 0 ? 'M' : 'L'}${x(index)} ${y(close)}`).join('')
  const baseY = y(first)
  return { line, area: `${line}L${box.width} ${baseY}L0 ${baseY}Z`, baseY }
}

const round = (value: number) => Math.round(value * 100) / 100
