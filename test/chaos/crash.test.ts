import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Answer } from '@valiant/shared/protocol/events'
import type { PlacedOrder, PlaceOrder } from '@valiant/shared/protocol/order'
import pg from 'pg'
import { expect, it } from 'vitest'
import { audit } from '../../server/audit/audit.ts'
import { startEmbeddedPostgres } from '../../server/database/embedded-postgres.ts'
import { dataFolder } from '../rig/data-folder.ts'
import { fewInstruments, spawnServer } from '../rig/server.ts'
import { guestCookie, openSocket, type TraderSocket } from '../rig/trader.ts'

const SOCKETS = 16
const ORDERS = 200
const ROUNDS = 5
/** In this round Postgres is killed too. */
const ROUND_THAT_KILLS_POSTGRES = 3
const SETTINGS = {
  LIMIT_ORDERS_PER_SECOND: '100000',
  LIMIT_ORDERS_BURST: '100000',
  LIMIT_OPEN_ORDERS: '10000',
  AUTH_SECRET: 'a secret of the tests, long enough for it',
}

interface Sent {
  readonly trader: number
  readonly order: PlaceOrder
  /** All answers under this id. */
  readonly answers: Answer<PlacedOrder>[]
}

/** A mix of orders that fill at once, rest, are canceled without a match, or are refused. */
function orderOf(round: number, i: number, { bid, ask }: { bid: string; ask: string }): PlaceOrder {
  const base = { clientOrderId: `r${round}-${i}`, symbol: 'NOVA', qty: String(1 + (i % 3)) }
  switch (i % 5) {
    case 0:
      return { ...base, side: 'buy', type: 'market' }
    case 1:
      return { ...base, side: 'buy', type: 'limit', limitPrice: ask }
    case 2:
      return { ...base, side: 'buy', type: 'limit', limitPrice: below(bid) }
    case 3:
      return { ...base, side: 'sell', type: 'market' }
    default:
      return { ...base, side: 'buy', type: 'limit', limitPrice: below(bid), timeInForce: 'fok' }
  }
}
/** Ten percent below a price, for a tick of 0.02. */
const below = (price: string) => (Math.floor(Number(price) * 45) / 50).toFixed(2)

const settled = (answer: Answer<PlacedOrder> | undefined) =>
  answer !== undefined && (answer.ok || answer.error.outcome === 'not_executed') && !isTemporary(answer)
/** A temporary refusal: the id is not used, and the same request may be sent again. */
const isTemporary = (answer: Answer) =>
  !answer.ok && ['UNAVAILABLE', 'RATE_LIMITED', 'REQUEST_EXPIRED', 'UNAUTHENTICATED'].includes(answer.error.code)

it(
  'no acknowledged order is lost, doubled or contradicted when the server is killed with 200 in flight',
  { timeout: 300_000 },
  async () => {
    await using folder = await dataFolder()
    const INSTRUMENTS_FILE = await fewInstruments(['NOVA'], folder.path)
    const settings = { ...SETTINGS, INSTRUMENTS_FILE, DATA_DIR: folder.path }
    let server = await spawnServer(settings)
    const cookies: string[] = []
    for (let i = 0; i < SOCKETS; i++) cookies.push(await guestCookie(server.url))
    const all: Sent[] = []
    let unansweredAtKill = 0

    for (let round = 0; round < ROUNDS; round++) {
      const sockets = await Promise.all(cookies.map((cookie) => openSocket(server.url, cookie)))
      const sent = send(sockets, round, await touch(sockets[0]))
      // Kill the server while some are answered and others are not.
      await expect
        .poll(() => sent.filter(({ answers }) => answers.length > 0).length, { interval: 1 })
        .toBeGreaterThan(20)
      unansweredAtKill += sent.filter(({ answers }) => answers.length === 0).length
      await server.kill()
      if (round === ROUND_THAT_KILLS_POSTGRES) await killPostgres(folder.path)
      for (const socket of sockets) socket.disconnect()

      server = await spawnServer(settings)
      const again = await Promise.all(cookies.map((cookie) => openSocket(server.url, cookie)))
      for (const one of sent) {
        for (let tries = 0; tries < 20 && !settled(one.answers.at(-1)); tries++) one.answers.push(await ask(again, one))
      }
      all.push(...sent)
      // Every order is sent once more: its answer must never change.
      for (const one of sent) one.answers.push(await ask(again, one))
      for (const socket of again) socket.disconnect()
    }
    expect(unansweredAtKill).toBeGreaterThan(0)

    for (const { order, answers } of all) {
      const final = answers.filter((answer) => settled(answer)).map((answer) => verdictOf(answer))
      expect(new Set(final).size, `${order.clientOrderId}: ${JSON.stringify(final)}`).toBe(1)
    }
    await server.stop()
    await assertBooksBalance(folder.path, all)
  },
)

/** Sends all orders at once, over the sockets in turn. */
function send(sockets: readonly TraderSocket[], round: number, touch: { bid: string; ask: string }): Sent[] {
  return Array.from({ length: ORDERS }, (_, i): Sent => {
    const trader = i % sockets.length
    const order = orderOf(round, i, touch)
    const answers: Answer<PlacedOrder>[] = []
    sockets[trader]?.emit('order.place', order, (answer) => answers.push(answer))
    return { trader, order, answers }
  })
}

async function ask(sockets: readonly TraderSocket[], { trader, order }: Sent): Promise<Answer<PlacedOrder>> {
  const socket = sockets[trader]
  if (socket === undefined) throw new Error('expected a socket for each trader')
  return (await socket.timeout(10_000).emitWithAck('order.place', order)) as Answer<PlacedOrder>
}

async function touch(socket: TraderSocket | undefined): Promise<{ bid: string; ask: string }> {
  const answer = await socket?.emitWithAck('subscribe', { channel: 'ticker', symbols: ['NOVA'] })
  const [ticker] = answer?.ok === true && Array.isArray(answer.data) ? answer.data : []
  if (ticker === undefined || !('bid' in ticker)) throw new Error('expected a ticker of NOVA')
  return { bid: ticker.bid, ask: ticker.ask }
}

/** The parts of an answer that must never change. */
function verdictOf(answer: Answer<PlacedOrder>): string {
  if (!answer.ok) return `${answer.error.code} ${answer.error.order?.orderId ?? ''}`
  const { orderId, status, filledQty, fills } = answer.data
  return `${orderId} ${status} ${filledQty} ${fills.map(({ fillId }) => fillId).join(' ')}`
}

async function killPostgres(dataDir: string): Promise<void> {
  const [pid = ''] = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')
  process.kill(Number(pid), 'SIGKILL')
}

/** Compares the database with the answers that clients got, and audits it. */
async function assertBooksBalance(dataDir: string, all: readonly Sent[]): Promise<void> {
  await using postgres = await startEmbeddedPostgres({ dataDir })
  const client = new pg.Client({ connectionString: postgres.url })
  await client.connect()
  try {
    const { rows } = await client.query<{ count: string }>('SELECT count(*) FROM orders')
    const named = all.filter(({ answers }) => answers.some((answer) => answer.ok || answer.error.order !== undefined))
    expect(Number(rows[0]?.count)).toBe(named.length)
  } finally {
    await client.end()
  }
  expect((await audit(postgres.url)).results.filter(({ ok }) => !ok)).toEqual([])
}
