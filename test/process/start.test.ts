import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startEmbeddedPostgres } from '../../server/database/embedded-postgres.ts'
import { closeAll, connect, guestCookie, market, newId } from '../protocol/client.ts'
import { dataFolder, processesOf } from '../rig/data-folder.ts'
import { freshDatabase } from '../rig/postgres.ts'
import { freePort } from '../rig/server.ts'
import { Command, ROOT } from './command.ts'

const SECRET = 'a secret of the tests, long enough for it'

let folder: Awaited<ReturnType<typeof dataFolder>>
let running: Command[]
beforeEach(async () => {
  folder = await dataFolder()
  running = []
})
afterEach(async () => {
  closeAll()
  for (const command of running) {
    if (!command.hasEnded) command.process.kill('SIGKILL')
    await command.code()
  }
  await folder[Symbol.asyncDispose]()
})

async function start(environment: Readonly<Record<string, string>> = {}, root?: string): Promise<Command> {
  const command = new Command({ PORT: String(await freePort()), DATA_DIR: folder.path, ...environment }, root)
  running.push(command)
  return command
}

/** Two instruments with a short history, which is created in a moment. */
async function smallMarket(): Promise<{ INSTRUMENTS_FILE: string; HISTORY_DAYS: string }> {
  const file = join(folder.path, 'instruments.json')
  const all = JSON.parse(await readFile(join(ROOT, 'db/instruments.json'), 'utf8')) as unknown[]
  await writeFile(file, JSON.stringify(all.slice(0, 2)))
  return { INSTRUMENTS_FILE: file, HISTORY_DAYS: '2' }
}

describe('a start', () => {
  it('in an empty folder logs what it creates and finally its address, where page and API answer', async () => {
    const server = await start({ LIMIT_ORDER_PER_SECOND: '5' })
    const url = await server.ready()
    expect(server.messages[0]).toMatch(/^LIMIT_ORDER_PER_SECOND is no setting .+ LIMIT_ORDERS_PER_SECOND\?$/)
    expect(server.messages.join('\n')).toMatch(
      /Creating the database.*Starting the embedded Postgres.*Applied migration 0001.*making 30 days of it/s,
    )
    expect(server.messages.at(-1)).toBe(`Valiant is at ${url}`)
    expect(server.stderr).toBe('')
    const paths = ['/', '/readyz', '/api/instruments', '/robots.txt', '/site.webmanifest', '/icon-512.png']
    for (const path of paths) expect((await fetch(url + path)).status, path).toBe(200)
  })

  it('after kill -9 adopts the running Postgres, and keeps sessions, orders, money and prices', async () => {
    const settings = await smallMarket()
    const first = await start(settings)
    const url = await first.ready()
    const cookie = await guestCookie(url)
    const trader = await connect(url, { cookie })
    const { symbol, below, qty, bidTicks } = await market(trader)
    await trader.place({ symbol, side: 'buy', type: 'market', qty: qty(3) })
    const resting = await trader.place({ symbol, side: 'buy', type: 'limit', qty: qty(), limitPrice: below(2) })
    const { cash } = await trader.money()
    first.process.kill('SIGKILL')
    await first.code()
    expect(processesOf(folder.path)).not.toEqual([])

    const second = await start(settings)
    const again = await connect(await second.ready(), { cookie })
    expect(second.messages).toContain('Found the embedded Postgres of an earlier run; using it.')
    expect(second.stdout).not.toMatch(/Creating the database|Applied migration|days of it/)
    const { account, openOrders, positions } = await again.account()
    expect(account.cash).toBe(cash)
    expect(openOrders.map(({ orderId }) => orderId)).toEqual([resting.orderId])
    expect(positions.map((position) => position.symbol)).toEqual([symbol])
    expect(Math.abs((await market(again)).bidTicks / bidTicks - 1)).toBeLessThan(0.02)
  })

  it('restarts its Postgres when that has exited, and continues trading', async () => {
    const server = await start(await smallMarket())
    const url = await server.ready()
    const trader = await connect(url, { cookie: await guestCookie(url) })
    const { symbol, qty } = await market(trader)
    const [pid] = (await readFile(join(folder.path, 'postgres/postmaster.pid'), 'utf8')).split('\n')
    process.kill(Number(pid), 'SIGKILL')
    await expect.poll(() => server.stdout).toContain('it was started again')
    await expect
      .poll(() =>
        trader.ask('order.place', { clientOrderId: newId(), symbol, side: 'buy', type: 'market', qty: qty() }),
      )
      .toMatchObject({ data: { status: 'filled' } })
  })

  it('shares nothing with another server that has its own port and folder', async () => {
    await using otherFolder = await dataFolder()
    const settings = await smallMarket()
    const [one, other] = [await start(settings), await start({ ...settings, DATA_DIR: otherFolder.path })]
    const [oneUrl, otherUrl] = await Promise.all([one.ready(), other.ready()])
    const cookie = await guestCookie(oneUrl)
    const trader = await connect(oneUrl, { cookie })
    expect((await trader.good('accounts')).length).toBe(1)
    const stranger = await connect(otherUrl, { cookie })
    await stranger.refused('account', {}, 'UNAUTHENTICATED')
    one.process.kill('SIGTERM')
    expect(await one.code()).toBe(0)
    expect((await fetch(`${otherUrl}/readyz`)).status).toBe(200)
    other.process.kill('SIGTERM')
    expect(await other.code()).toBe(0)
  })
})

describe('a stop', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'by %s exits with 0 and leaves no process behind',
    async (signal) => {
      const server = await start(await smallMarket())
      const url = await server.ready()
      await connect(url, { cookie: await guestCookie(url) })
      server.process.kill(signal)
      expect(await server.code()).toBe(0)
      expect(server.messages.slice(-2)).toEqual(['Stopping …', 'Stopped.'])
      expect(processesOf(folder.path)).toEqual([])
    },
  )

  it('by Ctrl-C pressed repeatedly is as orderly as by one', async () => {
    const server = await start(await smallMarket())
    await server.ready()
    while (!server.hasEnded) {
      server.pressCtrlC()
      await delay(20)
    }
    expect(await server.code()).toBe(0)
    expect(server.messages.slice(-2)).toEqual(['Stopping …', 'Stopped.'])
    expect(processesOf(folder.path)).toEqual([])
  })

  it.each(['Creating the database', 'Starting the embedded Postgres', 'days of it, once'])(
    'by Ctrl-C at "%s" leaves no process behind, and a folder that can be started again',
    async (moment) => {
      const settings = await smallMarket()
      const first = await start(settings)
      await first.waitFor(moment)
      first.pressCtrlC()
      expect(await first.code(), first.stderr).toBe(0)
      expect(processesOf(folder.path)).toEqual([])
      await (await start(settings)).ready()
    },
  )
})

it('a market that cannot be continued ends the server: it logs a fatal error, exits with 1 and leaves no process behind', async () => {
  const settings = await smallMarket()
  const first = await start(settings)
  await first.ready()
  first.process.kill('SIGTERM')
  expect(await first.code()).toBe(0)
  const postgres = await startEmbeddedPostgres({ dataDir: folder.path })
  const admin = new pg.Client({ connectionString: postgres.url })
  await admin.connect()
  await admin.query(`UPDATE simulator_state SET state = '{}'`)
  await admin.end()
  await postgres.stop()

  const second = await start(settings)
  expect(await second.code()).toBe(1)
  expect(second.fatal).toEqual(['fatal error, shutting down'])
  expect(processesOf(folder.path)).toEqual([])
})

describe('a start that fails says why, and what to do, in one line', () => {
  /** On stderr if the settings cannot be read, else in the log, as fatal. */
  async function lineOf(command: Command): Promise<string> {
    expect(await command.code(), command.stdout).toBe(1)
    const lines = [...command.stderr.split('\n').filter((line) => line !== ''), ...command.fatal]
    expect(lines, command.stderr + command.stdout).toHaveLength(1)
    expect(processesOf(folder.path)).toEqual([])
    return lines[0] ?? ''
  }

  it.each([
    ['a wrong setting', { PORT: 'http' }, /PORT: expected a number, found "http".*\.env\.example/],
    ['a file of settings that is missing', { ENV_FILE: '/nowhere/.env' }, /ENV_FILE: \/nowhere\/\.env cannot be read/],
    ['a host that has no address', { HOST: 'nowhere.invalid' }, /Cannot listen on nowhere\.invalid.*Set HOST/],
    [
      'a Postgres that cannot be reached',
      { DATABASE_URL: 'postgres://me:hidden@127.0.0.1:1/x', AUTH_SECRET: SECRET },
      /Cannot reach Postgres at postgres:\/\/127\.0\.0\.1:1\/x: .*ECONNREFUSED.*Check DATABASE_URL/,
    ],
    [
      'an address that is none',
      { DATABASE_URL: 'nonsense', AUTH_SECRET: SECRET },
      /DATABASE_URL: expected a URL such as postgres:/,
    ],
    ['a DATABASE_URL without AUTH_SECRET', { DATABASE_URL: 'postgres://localhost/x' }, /AUTH_SECRET: required/],
    [
      'a file of instruments that is missing',
      { INSTRUMENTS_FILE: '/nowhere.json' },
      /\/nowhere\.json: .*INSTRUMENTS_FILE/,
    ],
    ['a data folder that cannot be made', { DATA_DIR: '/dev/null/data' }, /\/dev\/null\/data.*Set DATA_DIR/],
  ])('%s', async (_, settings, line) => {
    expect(await lineOf(await start(settings))).toMatch(line)
  })

  it('a defect, which is a fatal log record with its stack', async () => {
    await using database = await freshDatabase()
    const name = new URL(database.url).pathname.slice(1)
    const admin = new pg.Client({ connectionString: database.url })
    await admin.connect()
    await admin.query(`ALTER DATABASE "${name}" SET default_transaction_read_only = on`)
    await admin.end()
    const server = await start({ DATABASE_URL: database.url, AUTH_SECRET: SECRET })
    expect(await lineOf(server)).toMatch(/fatal error, shutting down/)
    expect(server.stderr).toBe('')
    expect(server.stdout).toMatch(/"level":60,.*"err":\{.*read-only transaction.*"stack"/)
  })

  it('a broken file of instruments', async () => {
    const { INSTRUMENTS_FILE } = await smallMarket()
    await writeFile(INSTRUMENTS_FILE, '[{ "symbol": "NOVA" ')
    expect(await lineOf(await start({ INSTRUMENTS_FILE }))).toMatch(/instruments\.json: .*JSON.*INSTRUMENTS_FILE/)
  })

  it('a broken file of settings', async () => {
    const file = join(folder.path, 'mine.env')
    await writeFile(file, 'HOST=127.0.0.1\nPORT: 4000\n')
    expect(await lineOf(await start({ ENV_FILE: file }))).toMatch(/mine\.env, line 2: expected NAME=value/)
  })

  it('a taken port; its Postgres is stopped again', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const server = await start({ ...(await smallMarket()), PORT: String(port) })
    expect(await lineOf(server)).toMatch(new RegExp(`Port ${port} is taken.*set PORT`))
    other.close()
  })

  it('a data folder of another version of Postgres', async () => {
    const cluster = join(folder.path, 'postgres')
    await mkdir(cluster)
    await writeFile(join(cluster, 'PG_VERSION'), '15\n')
    expect(await lineOf(await start())).toMatch(/was made by Postgres 15.*Dump it/)
  })

  it('a data folder into which nothing can be written', async () => {
    await mkdir(join(folder.path, 'postgres.log')) // even root cannot write to a folder as if it were a file
    expect(await lineOf(await start())).toMatch(/Cannot write into the data folder: .*postgres\.log.*set DATA_DIR/)
  })

  it('a damaged file with the database password', async () => {
    const server = await start(await smallMarket())
    await server.waitFor('Starting the embedded Postgres')
    server.pressCtrlC()
    expect(await server.code()).toBe(0)
    await writeFile(join(folder.path, 'postgres.json'), '{"port":')
    expect(await lineOf(await start())).toMatch(/postgres\.json is missing or damaged.*Restore it/)
    await rm(join(folder.path, 'postgres'), { recursive: true })
  })

  it('a terminal that is not built', async () => {
    const root = join(folder.path, 'checkout')
    await mkdir(root)
    for (const part of ['server', 'db', 'package.json'])
      await cp(join(ROOT, part), join(root, part), { recursive: true })
    await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'))
    expect(await lineOf(await start({}, root))).toMatch(/not built. Run `npm run build`/)
  })
})
