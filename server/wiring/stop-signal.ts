/** A stop that takes longer has hung: the supervisor would kill us at 30 s. */
const STOP_MS_MAX = 25_000

/** Whether somebody wishes this process to end. */
export interface StopSignal {
  readonly stopped: Promise<void>
  isStopping(): boolean
  /** Aborted at the same moment. */
  readonly signal: AbortSignal
}

/**
 * Resolves at the first SIGTERM, Ctrl-C or closing of the terminal; later ones change nothing, since the stop is under
 * way. A database that is starting is started to its end first: half of one would be left behind.
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
