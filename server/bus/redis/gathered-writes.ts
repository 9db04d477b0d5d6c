import type { Redis } from 'ioredis'

type Later = (write: () => void) => void

/** As soon as no promise is left to run: what goes on at once leaves together, and nothing waits for anybody else. */
export const atOnce: Later = (write) => process.nextTick(write)
/** When all that has arrived is dealt with. */
export const atEndOfTurn: Later = (write) => void setImmediate(write)

/**
 * ioredis writes each command to the kernel by itself, which costs more than all else of it.
 * @returns what is called before a command: those that `client` is given until `later` leave in one write, in order
 */
export function gatherWrites(client: Redis, later: Later): () => void {
  let held: Redis['stream'] | undefined
  return () => {
    const { stream } = client
    // After a reconnect it is another.
    if (held === stream) return
    held = stream
    stream.cork()
    later(() => {
      if (held === stream) held = undefined
      stream.uncork()
    })
  }
}
