export const medianOf = (values: readonly number[]): number => quantileOf(values, 0.5)

/** @param share from 0 to 1 */
export function quantileOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN
}
