/** The time and timers of the exchange loop, which a simulation can replace. */
export interface Clock {
  /** Wall time in whole ms. */
  now(): number
  /** Calls back once after `ms` milliseconds; the returned function cancels it. */
  after(ms: number, call: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
}
