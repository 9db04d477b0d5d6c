/* Converts between times and indices on the time scale, which counts bars from 0 and extends, empty, at both ends. */

/**
 * The index of a time, counted in bars from the first; between two bars, in proportion to their times.
 * @param timesMs start times of the bars, ascending, at least one
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

/** When the bar at an integer index starts, or would start. */
export function timeAt(timesMs: readonly number[], logical: number, intervalMs: number): number {
  const [first = 0] = timesMs
  const last = timesMs.length - 1
  if (logical < 0) return first + logical * intervalMs
  if (logical > last) return (timesMs[last] ?? first) + (logical - last) * intervalMs
  return timesMs[logical] ?? first
}
