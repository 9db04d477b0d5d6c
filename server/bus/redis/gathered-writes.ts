import type { Redis } from 'ioredis'

type Later = (write: () => void) => void

/** After the current call and its microtasks: commands sent in one go leave together, and wait for nothing else. */
export const atOnce: Later = (write) => process.nextTick(write)
/** After all input that has arrived is processed. */
export const atEndOfTurn: Later = (write) => void setImmediate(write)

/**
 * Combines the writes of several commands. ioredis writes each command to the kernel separately, which costs more than the
 * rest of its work.
 * @returns to be called before each command: all commands given to `client` until `later` runs leave in one write, in order
 */
export function gatherWrites(client: Redis, later: Later): () => void {
  let held: Redis['stream'] | undefined
  return () => {
    const { stream } = client
    // A reconnect creates another stream.
    if (held === stream) return
    held = stream
    stream.cork()
    later(() => {
      if (held === stream) held = undefined
      stream.uncork()
    })
  }
}
