/** A stop that takes longer hangs. Below the 30 s after which the supervisor kills the process. */
const STOP_MS_MAX = 25_000

/** Whether this process was asked to stop. */
interface StopSignal {
  readonly stopped: Promise<void>
  isStopping(): boolean
  /** Aborted when `stopped` resolves. */
  readonly signal: AbortSignal
}

/**
 * Resolves at the first SIGTERM, Ctrl-C or closing of the terminal; later ones change nothing. It does not interrupt a
 * database that is being created: that would leave an incomplete one behind.
 */
export function onStopSignal(say: (text: string) => void): StopSignal {
  const { promise: stopped, resolve } = Promise.withResolvers<undefined>()
  const stopping = new AbortController()
  const stop = () => {
    if (stopping.signal.aborted) return
    say('Stopping …')
    setTimeout(() => process.exit(1), STOP_MS_MAX).unref()
    stopping.abort()
    resolve(undefined)
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop)
  return { stopped, signal: stopping.signal, isStopping: () => stopping.signal.aborted }
}
