/** Time and timers as the loop needs them, so that a simulation can give others. */
export interface Clock {
  /** Wall time in whole ms. */
  now(): number
  /** Calls back once after so many ms; the result takes it back. */
  after(ms: number, call: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
}
