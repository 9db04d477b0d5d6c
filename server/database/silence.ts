import type { Socket } from 'node:net'
import type pg from 'pg'

/**
 * No statement of ours is silent this long: most are ended by the role's transaction_timeout (1.5 s), and those that may
 * take longer send rows meanwhile, or restate the bars of one symbol.
 */
const SILENCE_MS_MAX = 30_000

/**
 * Ends sessions of a pool that receive nothing while a statement waits: their host has gone without closing the connection
 * (a failover, a dropped NAT entry), and the kernel would wait a quarter of an hour for an acknowledgement. The statement
 * fails with ETIMEDOUT, and the pool opens another session.
 */
export function endSilence(pool: Pick<pg.Pool, 'on'>, silenceMs = SILENCE_MS_MAX): void {
  pool.on('connect', (client) => {
    const socket = socketOf(client)
    socket.on('timeout', () => {
      const { bytesRead } = socket
      // This process may itself have been paused; data that arrived meanwhile is read after the timers.
      setImmediate(() => {
        if (socket.bytesRead !== bytesRead) return
        socket.destroy(Object.assign(new Error(`Postgres was silent for ${silenceMs} ms`), { code: 'ETIMEDOUT' }))
      })
    })
  })
  pool.on('acquire', (client) => void socketOf(client).setTimeout(silenceMs))
  pool.on('release', (_error, client) => void socketOf(client).setTimeout(0))
}

/** The TLS socket where TLS is used. pg's types do not expose it. */
function socketOf(client: pg.PoolClient): Socket {
  const { connection } = client as unknown as { readonly connection: { readonly stream: Socket } }
  return connection.stream
}
