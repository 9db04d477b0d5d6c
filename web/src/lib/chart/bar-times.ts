/* Where a moment lies on the time scale, and the other way round. The scale counts bars from 0; it goes on, empty, at both ends. */

/**
 * Where a moment lies, in bars from the first; between two bars where it lies between their times.
 * @param timesMs of the bars, rising, at least one
 */
export function logicalOf(timesMs: readonly number[], timeMs: number, intervalMs: number): number {
  const [first = 0] = timesMs
  const last = timesMs.length - 1
  const lastMs = timesMs[last] ?? first
  if (timeMs <= first) return (timeMs - first) / intervalMs
  if (timeMs >= lastMs) return last + (timeMs - lastMs) / intervalMs
  let [low, high] = [0, last]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((timesMs[middle] ?? 0) <= timeMs) low = middle
    else high = middle
  }
  const [beforeMs = 0, afterMs = 0] = [timesMs[low], timesMs[high]]
  return low + (timeMs - beforeMs) / (afterMs - beforeMs)
}

/** When the bar at a place begins, or would: its places are whole. */
export function timeAt(timesMs: readonly number[], logical: number, intervalMs: number): number {
  const [first = 0] = timesMs
  const last = timesMs.length - 1
  if (logical < 0) return first + logical * intervalMs
  if (logical > last) return (timesMs[last] ?? first) + (logical - last) * intervalMs
  return timesMs[logical] ?? first
}
