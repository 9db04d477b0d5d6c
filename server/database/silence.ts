import type { Socket } from 'node:net'
import type pg from 'pg'

/**
 * Nothing that our statements do is silent for so long: most are ended by the role's transaction_timeout (1.5 s), and what may
 * take longer sends rows meanwhile, or restates the bars of one symbol.
 */
export const SILENCE_MS_MAX = 30_000

/**
 * Ends sessions of a pool from which nothing comes while a statement waits: the host behind them is gone, and nobody says so
 * (a failover, a dropped NAT entry). The kernel would wait a quarter of an hour for its bytes to be acknowledged. Who waits
 * is told, and the pool makes another session.
 */
export function endSilence(pool: Pick<pg.Pool, 'on'>, silenceMs = SILENCE_MS_MAX): void {
  pool.on('connect', (client) => {
    const socket = socketOf(client)
    socket.on('timeout', () => {
      const { bytesRead } = socket
      // This process may have stood still itself, and what came meanwhile is read after the timers.
      setImmediate(() => {
        if (socket.bytesRead !== bytesRead) return
        socket.destroy(Object.assign(new Error(`Postgres was silent for ${silenceMs} ms`), { code: 'ETIMEDOUT' }))
      })
    })
  })
  pool.on('acquire', (client) => void socketOf(client).setTimeout(silenceMs))
  pool.on('release', (_error, client) => void socketOf(client).setTimeout(0))
}

/** With TLS the outer one; pg's types keep it to themselves. */
function socketOf(client: pg.PoolClient): Socket {
  const { connection } = client as unknown as { readonly connection: { readonly stream: Socket } }
  return connection.stream
}
