import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openPlace } from '../instances/place.ts'
import { closeAll, connect, guestCookie, market, newId, rest } from '../protocol/client.ts'
import { launchBrowser, newVisitor } from '../rig/browser.ts'
import { openFaultProxy } from '../rig/fault-proxy.ts'
import { type SentryReceiver, startSentryReceiver, type SentryEvent } from '../rig/sentry-receiver.ts'
import { freshDatabase, type FreshDatabase } from '../rig/postgres.ts'
import { fewInstruments, spawnServer, type TestServer } from '../rig/server.ts'
import { soon } from '../rig/soon.ts'
import { proposal, receipt, send, startTrading } from './desk.ts'

const AUTH_SECRET = 'a secret of the tests, long enough for it'
const SERVER = 1
const PAGE = 2

const messageOf = ({ exception }: SentryEvent): string => exception?.values.at(-1)?.value ?? ''
const traceOf = ({ contexts }: SentryEvent): string => contexts.trace.trace_id
const statementsOf = ({ spans = [] }: SentryEvent): string[] =>
  spans.flatMap(({ data }) => (typeof data['db.statement'] === 'string' ? [data['db.statement']] : []))

let browser: Browser
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'valiant-sentry-'))
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser.close()
  await rm(folder, { recursive: true, force: true })
})
afterEach(() => closeAll())

const sentry = (receiver: SentryReceiver) => ({
  SENTRY_DSN: receiver.dsn(SERVER),
  SENTRY_DSN_WEB: receiver.dsn(PAGE),
  SENTRY_ENVIRONMENT: 'test',
  SENTRY_RELEASE: 'valiant@1.2.3+abc',
  SENTRY_TRACES_SAMPLE_RATE: '1',
})

/** A script that is loaded before the server and changes it. */
const preloaded = (script: string) => ({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` })

/** Buys something in a page. @returns the transaction of the page itself */
async function buy(url: string, receiver: SentryReceiver): Promise<SentryEvent> {
  const { page } = await newVisitor(browser, url)
  await using _context = page.context()
  await startTrading(page)
  const { qty, symbol } = await proposal(page)
  await send(page).click()
  await receipt(page).getByText(`Bought ${qty} ${symbol} at`).waitFor()
  return await soon(() => {
    const events = receiver.transactions(PAGE).find(({ transaction }) => transaction === 'order.place')
    if (events === undefined) throw new Error('the page has not reported its order')
    return events
  })
}

describe('a server with a DSN', () => {
  let receiver: SentryReceiver
  let database: FreshDatabase
  let server: TestServer
  beforeAll(async () => {
    receiver = await startSentryReceiver()
    database = await freshDatabase()
    server = await spawnServer({
      ...sentry(receiver),
      ...preloaded(`
        process.on('SIGUSR2', () => void Promise.reject(new Error('a promise that nobody minds')))
        const { toFixed } = Number.prototype
        let isBroken = false
        process.on('SIGWINCH', () => (isBroken = !isBroken))
        Number.prototype.toFixed = function (digits) {
          if (isBroken && new Error().stack.includes('/web/build/')) throw new RangeError('numbers cannot be written')
          return toFixed.call(this, digits)
        }`),
      DATABASE_URL: database.url,
      AUTH_SECRET,
      DATA_DIR: folder,
      INSTRUMENTS_FILE: await fewInstruments(['NOVA'], folder),
    })
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
    await receiver[Symbol.asyncDispose]()
  })

  /** Breaks the database for as long as the callback takes. */
  async function without(table: string, what: () => Promise<void>): Promise<void> {
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    const [schema, name] = table.includes('.') ? table.split('.') : ['public', table]
    await client.query(`ALTER TABLE ${schema}."${name}" RENAME TO away`)
    try {
      await what()
    } finally {
      await client.query(`ALTER TABLE ${schema}.away RENAME TO "${name}"`)
      await client.end()
    }
  }

  test('a click on Buy is one trace: page, socket, exchange, commit', async () => {
    const page = await buy(server.url, receiver)
    const trace = traceOf(page)
    const ofTrace = () => receiver.transactions(SERVER).filter((one) => traceOf(one) === trace)
    await soon(() =>
      expect(
        ofTrace()
          .map(({ transaction }) => transaction)
          .sort(),
      ).toEqual(['exchange order.place', 'order.place']),
    )
    const [exchange, gateway] = ofTrace().sort((a, b) => (a.transaction! < b.transaction! ? -1 : 1))
    expect(page.contexts.trace.op).toBe('ui.action')
    expect(gateway!.contexts.trace).toMatchObject({
      op: 'websocket.server',
      parent_span_id: page.contexts.trace.span_id,
    })
    expect(exchange!.contexts.trace.parent_span_id).toBe(gateway!.contexts.trace.span_id)
    const commit = exchange!.spans!.find(({ op }) => op === 'db' && statementsOf(exchange!).length > 0)!
    expect(commit.data['db.statement']).toMatch(/^SELECT .*commit_batch_3\(\$1,/i)
    expect(commit.timestamp).toBeGreaterThan(commit.start_timestamp)
    expect(exchange!.spans!.map(({ description }) => description)).toContain('commit batch')
    for (const one of [page, gateway!, exchange!]) {
      expect(one).toMatchObject({ release: 'valiant@1.2.3+abc', environment: 'test' })
    }
    expect(gateway!.tags).toMatchObject({ event: 'order.place', outcome: 'ok' })
    for (const id of ['request', 'order', 'socket', 'client_order']) expect(gateway!.tags).toHaveProperty(id)
    expect(Object.keys(gateway!.user!)).toEqual(['id'])
    expect(server.log()).toContain(`"trace_id":"${trace}"`)
  })

  test('commands of one batch share its commit, and each links to it', async () => {
    const trader = await connect(server.url, { cookie: await guestCookie(server.url) })
    const { symbol, qty, below } = await market(trader)
    // Each makes two transactions. A server sends at most fifty per second, of which the page before may have used thirty.
    const traces = Array.from({ length: 5 }, () => randomUUID().replaceAll('-', ''))
    const orders = traces.map((trace) =>
      trader.ask(
        'order.place',
        { clientOrderId: newId(), symbol, side: 'buy', type: 'limit', qty: qty(), limitPrice: below(3) },
        { sentry: `${trace}-aaaaaaaaaaaaaaaa-1` },
      ),
    )
    expect((await Promise.all(orders)).map(({ ok }) => ok)).toEqual(traces.map(() => true))
    const commands = await soon(() => {
      const found = receiver
        .transactions(SERVER)
        .filter((one) => one.transaction === 'exchange order.place' && traces.includes(traceOf(one)))
      expect(found).toHaveLength(traces.length)
      return found
    })
    const owners = commands.filter((one) => statementsOf(one).length > 0)
    const others = commands.filter((one) => statementsOf(one).length === 0)
    expect(owners.length).toBeGreaterThan(0)
    expect(others.length).toBeGreaterThan(0)
    const commits = owners.flatMap(({ spans = [] }) =>
      spans.filter(({ description }) => description === 'commit batch'),
    )
    const linked = commits.flatMap(({ links = [] }) => links.map((link) => link.trace_id))
    expect(linked.sort()).toEqual(others.map(traceOf).sort())
    for (const { contexts } of others) expect(owners.map(traceOf)).toContain(contexts.trace.links?.[0]?.trace_id)
  })

  test('an invalid trace is ignored, and the request is served', async () => {
    const trader = await connect(server.url, { cookie: await guestCookie(server.url) })
    const nested = Array.from({ length: 1_000 }).reduce<object>((inner) => ({ inner }), {})
    for (const trace of ['x', 7, [], { sentry: 'x'.repeat(5_000) }, { sentry: `${'a'.repeat(32)}-1` }, nested]) {
      expect(await trader.ask('account', {}, trace)).toMatchObject({ ok: true })
    }
  })

  test('errors of server and page are reported once each, and mistakes of clients are not', async () => {
    const { page } = await newVisitor(browser, server.url)
    await using context = page.context()
    await startTrading(page)
    const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
    const trader = await connect(server.url, { cookie })
    const { symbol, qty } = await market(trader)

    // Refusals: invalid fields, broken rules, missing permission, unknown things.
    await trader.refused('order.place', { clientOrderId: newId() }, 'INVALID')
    const order = { symbol, side: 'buy', type: 'market', qty: qty() }
    await trader.refused('order.place', { ...order, clientOrderId: newId(), qty: '999999999' }, 'INVALID')
    await (await connect(server.url)).refused('account', {}, 'UNAUTHENTICATED')
    for (const path of ['/nowhere', '/trade/NOTHING', '/api/nowhere'])
      expect((await fetch(server.url + path)).status).toBe(404)

    await without('account_owner', async () => {
      expect((await rest(server.url, '/api/account', { cookie })).status).toBe(500)
    })
    await without('fill', async () => {
      expect(await trader.ask('fills', {})).toMatchObject({ ok: false, error: { code: 'INTERNAL' } })
    })
    // Formatting numbers fails while a page is rendered.
    server.process.kill('SIGWINCH')
    await soon(async () => expect((await fetch(server.url)).status).toBe(500))
    server.process.kill('SIGWINCH')
    await without('position', async () => {
      const id = newId()
      expect(await trader.ask('order.place', { ...order, clientOrderId: id })).toMatchObject({ ok: false })
    })
    // Data for another view is truncated, as by a broken proxy.
    await page.route('**/__data.json**', (route) =>
      route.fulfill({ json: { type: 'data', nodes: [{ type: 'data' }] } }),
    )
    await page.getByRole('link', { name: 'Markets' }).first().click()

    const expected = [
      [SERVER, 'HTTP request failed', 'relation "account_owner" does not exist'],
      [SERVER, 'request failed', 'relation "fill" does not exist'],
      [SERVER, undefined, 'numbers cannot be written'], // SvelteKit's, on the server
      [SERVER, 'exchange: recovers from a fault', 'the database refused a batch: relation "position" does not exist'],
      [SERVER, 'exchange: recovers from a fault', 'relation "position" does not exist'],
      [PAGE, undefined, 'Invalid input'], // SvelteKit's, in the page
    ]
    await soon(() => {
      const found = [SERVER, PAGE].flatMap((from) =>
        receiver.errors(from).map((one) => [from, one.tags?.['where'], messageOf(one)]),
      )
      expect(found).toEqual(expected)
    })
    const [, ofSocket] = receiver.errors(SERVER)
    expect(ofSocket).toMatchObject({ tags: { event: 'fills' } })
    expect(ofSocket!.user!['id']).toMatch(/^\w+$/)
    const transactions = receiver.transactions(SERVER).map(traceOf)
    expect(transactions).toContain(traceOf(ofSocket!))
  })

  test('envelopes contain no personal data', async () => {
    const secrets = { name: 'Ada Personal', email: `ada.${randomUUID()}@example.com`, password: 'Hunter2-Personal-9' }
    const { page } = await newVisitor(browser, server.url)
    await using context = page.context()
    await startTrading(page)
    await page.goto('/account?ref=hunter-in-the-query')
    const signedUp = await page.evaluate(async (body) => {
      const headers = { 'content-type': 'application/json' }
      return (await fetch('/api/auth/sign-up/email', { method: 'POST', headers, body: JSON.stringify(body) })).status
    }, secrets)
    expect(signedUp).toBe(200)
    const cookies = await context.cookies()
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
    const before = receiver.errors().length
    await without('ledger_entry', async () => {
      const headers = { 'x-forwarded-for': '203.0.113.77', 'user-agent': 'hunter', referer: `/?${secrets.email}` }
      expect((await rest(server.url, '/api/ledger', { cookie, headers })).status).toBe(500)
    })
    await soon(() => expect(receiver.errors().length).toBeGreaterThan(before))
    const all = receiver.envelopes.join('\n')
    const values = cookies.flatMap(({ value }) => [value, decodeURIComponent(value), value.split('.')[0]!])
    const personal = [...Object.values(secrets), ...values.filter((value) => value.length > 8), 'Ada', '203.0.113.77']
    for (const text of [...personal, '127.0.0.1', '::1', 'hunter', 'Mozilla/', 'better-auth.session', AUTH_SECRET]) {
      expect(all.includes(text), text).toBe(false)
    }
    // Money in the formats of the wire and of the page, and statements with values.
    expect(/100,?000\.00|"cash"|buyingPower/.exec(all)?.[0]).toBeUndefined()
    const statements = receiver.transactions().flatMap(statementsOf)
    expect(statements.length).toBeGreaterThan(10)
    expect(statements.filter((text) => /'|= *\d/.test(text))).toEqual([])
  })

  test('probes, files and background connections make no transactions', () => {
    const names = receiver.transactions(SERVER).map(({ transaction }) => transaction)
    expect(names).toContain('GET /trade/[symbol]')
    expect(names.filter((name) => /healthz|readyz|metrics|_app|redis|pg\./.test(name ?? ''))).toEqual([])
  })

  test('an unhandled rejection still ends the process with 1, after it was reported', async () => {
    const exited = once(server.process, 'exit')
    server.process.kill('SIGUSR2')
    expect(await exited).toEqual([1, null])
    expect(server.log()).toContain('Error: a promise that nobody minds')
    const fatal = receiver.errors(SERVER).filter(({ level }) => level === 'fatal')
    expect(fatal.map(messageOf)).toEqual(['a promise that nobody minds'])
  })
})

test('a trace continues in another process over Redis', async () => {
  await using receiver = await startSentryReceiver()
  await using place = await openPlace()
  const [exchange, gateway] = await Promise.all([
    place.join({ ...sentry(receiver), ROLE: 'exchange', SENTRY_RELEASE: 'exchange' }),
    place.join({ ...sentry(receiver), ROLE: 'gateway', SENTRY_RELEASE: 'gateway' }),
  ])
  const trace = traceOf(await buy(gateway.url, receiver))
  await soon(() => {
    const events = receiver.transactions(SERVER).filter((one) => traceOf(one) === trace)
    expect(events.map(({ release, transaction }) => `${release}: ${transaction}`).sort()).toEqual([
      'exchange: exchange order.place',
      'gateway: order.place',
    ])
    expect(events.flatMap(statementsOf).join()).toMatch(/commit_batch_3/)
  })
  expect(receiver.transactions(SERVER).filter(({ contexts }) => contexts.trace.op?.startsWith('db'))).toEqual([])
  expect(exchange.log()).not.toContain('"level":50')
})

test('an answer of Redis after the end of its request makes no transaction', async () => {
  await using receiver = await startSentryReceiver()
  await using place = await openPlace()
  await using proxy = await openFaultProxy({ host: '127.0.0.1', port: place.redis.port })
  await place.join({ ROLE: 'exchange' })
  const REDIS_URL = `redis://127.0.0.1:${proxy.port}`
  const gateway = await place.join({ ...sentry(receiver), REDIS_URL, ROLE: 'gateway' })
  const trader = await connect(gateway.url, { cookie: await guestCookie(gateway.url) })
  const { symbol, qty } = await market(trader)
  const ordered = async () => {
    const before = receiver.transactions(SERVER).length
    const order = { clientOrderId: newId(), symbol, side: 'buy', type: 'market', qty: qty() }
    expect(await trader.ask('order.place', order)).toMatchObject({ ok: true })
    return await soon(() => {
      const events = receiver.transactions(SERVER).slice(before)
      expect(events.map(({ transaction }) => transaction)).toContain('order.place')
      return events
    })
  }
  const ops = (events: readonly SentryEvent[]) => events.map(({ contexts }) => contexts.trace.op)
  const descriptions = (events: readonly SentryEvent[]) =>
    events.flatMap(({ spans = [] }) => spans.map((span) => span.description))
  expect(descriptions(await ordered())).toContain('redis-xadd')
  proxy.watch((bytes) => (/xadd/i.test(bytes.toString('latin1')) ? 'hold_answer' : 'pass'))
  expect(descriptions(await ordered())).not.toContain('redis-xadd')
  proxy.mend()
  expect(ops(await ordered())).not.toContain('db.redis')
})

test('without a DSN neither server nor page loads Sentry, and nothing is sent', async () => {
  await using receiver = await startSentryReceiver()
  await using database = await freshDatabase()
  const refuse = `
    import { registerHooks } from 'node:module'
    registerHooks({ resolve: (name, from, next) => {
      if (name.includes('sentry')) throw new Error('loaded ' + name)
      return next(name, from)
    } })`
  await using server = await spawnServer({
    ...sentry(receiver),
    ...preloaded(refuse),
    SENTRY_DSN: '',
    SENTRY_DSN_WEB: '',
    DATABASE_URL: database.url,
    AUTH_SECRET,
    DATA_DIR: folder,
    INSTRUMENTS_FILE: await fewInstruments(['NOVA'], folder),
  })
  const { page, complaints } = await newVisitor(browser, server.url)
  await using _context = page.context()
  const scripts: Promise<string>[] = []
  page.on('response', (response) => {
    if (response.url().endsWith('.js')) scripts.push(response.text())
  })
  expect((await fetch(server.url)).headers.get('content-security-policy')).toContain("connect-src 'self';")
  await startTrading(page)
  const loaded = await Promise.all(scripts)
  expect(loaded.length).toBeGreaterThan(5)
  expect(loaded.filter((text) => text.includes('sentry-trace'))).toEqual([])
  expect(complaints).toEqual([])
  expect(receiver.envelopes).toEqual([])
})
