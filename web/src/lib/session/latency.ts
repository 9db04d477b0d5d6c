/** One measurement of the round trip to the exchange. */
export interface LatencySample {
  readonly atMs: number
  readonly latencyMs: number
}

export interface LatencyFigures {
  /** Half of them took at most this. */
  readonly p50Ms: number
  readonly worstMs: number
}

/** A measurement as a bar: its distance from the left, and its height. */
export interface LatencyBar {
  readonly atMs: number
  readonly x: number
  readonly height: number
  readonly isSlow: boolean
}

/** The period that is kept and drawn. */
export const LATENCY_WINDOW_MS = 120_000
/** The minimum full scale, so that the jitter of a fast connection does not look large. */
const SCALE_MS_MIN = 50
const BAR_HEIGHT_MIN = 2

/** Adds one and drops those too old to be shown. */
export const withSample = (samples: readonly LatencySample[], sample: LatencySample): readonly LatencySample[] => [
  ...samples.filter(({ atMs }) => atMs > sample.atMs - LATENCY_WINDOW_MS),
  sample,
]

/** @returns undefined before the first measurement */
export function latencyFigures(samples: readonly LatencySample[]): LatencyFigures | undefined {
  const sorted = samples.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b)
  const p50Ms = sorted[Math.ceil(sorted.length / 2) - 1]
  const worstMs = sorted.at(-1)
  return p50Ms === undefined || worstMs === undefined ? undefined : { p50Ms, worstMs }
}

/** The measurements in a box, by time, with now at the right. A lost connection leaves a gap. */
export function latencyBars(
  samples: readonly LatencySample[],
  box: { readonly nowMs: number; readonly slowFromMs: number; readonly width: number; readonly height: number },
): LatencyBar[] {
  const shown = samples.filter(({ atMs }) => atMs > box.nowMs - LATENCY_WINDOW_MS)
  const scaleMs = Math.max(SCALE_MS_MIN, ...shown.map(({ latencyMs }) => latencyMs))
  return shown.map(({ atMs, latencyMs }) => ({
    atMs,
    x: box.width * (1 - Math.max(0, box.nowMs - atMs) / LATENCY_WINDOW_MS),
    height: Math.max(BAR_HEIGHT_MIN, (box.height * latencyMs) / scaleMs),
    isSlow: latencyMs > box.slowFromMs,
  }))
}
