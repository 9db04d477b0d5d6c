import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { devNull } from 'node:os'
import pg from 'pg'
import { fewInstruments, spawnServer, type TestServer } from '../../../test/rig/server.ts'
import { guestCookie, openSocket } from '../../../test/rig/trader.ts'

const ROOT = join(import.meta.dirname, '../../..')
/** The same for the database and for what is restored of it: a session made at one is good at the other. */
const AUTH_SECRET = 'a secret of the rehearsal, long enough for it'

/** The real server on a database of a rehearsal. */
export async function openVenue(databaseUrl: string, folder: string): Promise<TestServer> {
  return spawnServer({
    DATABASE_URL: databaseUrl,
    DATA_DIR: folder,
    AUTH_SECRET,
    INSTRUMENTS_FILE: await fewInstruments(['VLNT', 'NOVA'], folder),
    LOG_LEVEL: 'warn',
    // A guest buys as fast as it is answered.
    LIMIT_ORDERS_PER_SECOND: '100000',
    LIMIT_ORDERS_BURST: '100000',
  })
}

/** A command of server/cli.ts, as an operator gives it. @returns its exit code and all it said */
export async function command(databaseUrl: string, ...words: string[]): Promise<{ code: number; said: string }> {
  const { PATH = '', HOME = '' } = process.env
  const env = { PATH, HOME, ENV_FILE: devNull, DATABASE_URL: databaseUrl }
  return new Promise((resolve) => {
    execFile(process.execPath, ['server/cli.ts', ...words], { cwd: ROOT, env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), said: out + err }),
    )
  })
}

/** A guest who trades, and looks at what is known of it. */
export class Guest {
  readonly #cookie: string
  #orders = 0

  private constructor(cookie: string) {
    this.#cookie = cookie
  }

  static async at(server: TestServer): Promise<Guest> {
    return new Guest(await guestCookie(server.url))
  }

  /** Buys a lot by market, so many times in turn. @returns the ids that it gave them */
  async buys(server: TestServer, times: number): Promise<string[]> {
    const socket = await openSocket(server.url, this.#cookie)
    const ids = Array.from({ length: times }, () => `rehearsed-${++this.#orders}`)
    try {
      for (const clientOrderId of ids) {
        const order = { clientOrderId, symbol: 'VLNT', side: 'buy', type: 'market', qty: '1' } as const
        const answer = await socket.emitWithAck('order.place', order)
        if (!answer.ok) throw new Error(`expected an order to be taken, found ${JSON.stringify(answer.error)}`)
      }
    } finally {
      socket.disconnect()
    }
    return ids
  }

  /** The ids of all its orders, oldest first, as the exchange shows them. */
  async orders(server: TestServer): Promise<string[]> {
    const socket = await openSocket(server.url, this.#cookie)
    try {
      const answer = await socket.emitWithAck('orders', { limit: 100 })
      if (!answer.ok) throw new Error(`expected a list of orders, found ${JSON.stringify(answer.error)}`)
      return answer.data.items.map(({ clientOrderId }) => clientOrderId).reverse()
    } finally {
      socket.disconnect()
    }
  }
}

/** One value of a database, as text. */
export async function valueOf(databaseUrl: string, expression: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ value: string }>(`SELECT (${expression})::text AS value`)
    return rows[0]?.value ?? ''
  } finally {
    await client.end()
  }
}

export const EPOCH = 'SELECT epoch FROM lease'
/** What the role may take in this database: without these a stalled leader could hold the fence open. */
export const ROLE_LIMITS = `SELECT string_agg(name || ' ' || setting, ', ' ORDER BY name) FROM pg_settings
  WHERE name IN ('transaction_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout')`
