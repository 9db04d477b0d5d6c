import { REST_ROUTES } from '@valiant/shared/protocol/rest'
import { parse } from 'csv-parse/sync'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startServer, type TestServer } from '../rig/server.ts'
import { closeAll, guest, market, type ProtocolClient, rest, type TestMarket } from './client.ts'

let server: TestServer
let client: ProtocolClient
let on: TestMarket
beforeAll(async () => {
  server = await startServer({ LIMIT_REQUESTS_PER_SECOND: '1000' })
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(async () => {
  client = await guest(server.url)
  on = await market(client)
})
afterEach(closeAll)

const get = (path: string) => rest(server.url, path, { cookie: client.cookie })
const json = async (path: string) => ((await (await get(path)).json()) as { data: unknown }).data

interface Table {
  readonly text: string
  readonly headers: Headers
  readonly names: readonly string[]
  readonly rows: readonly Readonly<Record<string, string>>[]
}
async function table(path: string): Promise<Table> {
  const response = await get(path)
  const text = await response.text()
  expect(response.status, text).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  const parsed: string[][] = parse(text, { record_delimiter: '\r\n' })
  const [names = [], ...lines] = parsed
  const rows = lines.map((line) => Object.fromEntries(names.map((name, i) => [name, line[i] ?? ''])))
  return { text, headers: response.headers, names, rows }
}

test('every list is available as a table, with a file name', async () => {
  await client.place({ symbol: on.symbol, side: 'buy', type: 'market', qty: on.qty() })
  const made = { method: 'POST', body: { name: 'bot', scopes: ['read', 'trade'] }, cookie: client.cookie }
  expect((await rest(server.url, '/api/keys', made)).status).toBe(200)
  const lists = REST_ROUTES.filter(({ rows }) => rows !== undefined).map(({ path }) =>
    path.replace(':symbol', on.symbol),
  )
  expect(lists.toSorted()).toEqual(
    [
      ...['/accounts', '/equity', '/fills', '/instruments', '/keys', '/ledger', '/news', '/orders', '/positions'],
      ...[`/candles/${on.symbol}`, `/trades/${on.symbol}`],
    ].toSorted(),
  )
  for (const path of lists) {
    const { names, rows, headers, text } = await table(
      `/api${path}?format=csv${path.includes('candles') ? '&interval=1m' : ''}`,
    )
    expect(names.length, path).toBeGreaterThan(2)
    // The short history of two instruments may have no news.
    if (path !== '/news') expect(rows.length, path).toBeGreaterThan(0)
    expect(text.endsWith('\r\n')).toBe(true)
    expect(headers.get('content-disposition')).toBe(`attachment; filename=${path.slice(1).replace('/', '-')}.csv`)
  }
})

test('a table has the values of the list', async () => {
  await client.place({ symbol: on.symbol, side: 'buy', type: 'market', qty: on.qty(2) })
  await client.place({ symbol: on.symbol, side: 'sell', type: 'market', qty: on.qty() })
  for (const list of ['fills', 'ledger', 'orders']) {
    const { items } = (await json(`/api/${list}`)) as { items: Record<string, string | number | boolean | null>[] }
    const { rows } = await table(`/api/${list}?format=csv`)
    expect(rows.map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== '')))).toEqual(
      items.map((item) =>
        Object.fromEntries(
          Object.entries(item).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]])),
        ),
      ),
    )
  }
  const candles = (await json(`/api/candles/${on.symbol}?interval=1d&limit=5`)) as unknown[][]
  const { names, rows } = await table(`/api/candles/${on.symbol}?interval=1d&limit=5&format=csv`)
  expect(names).toEqual(['time', 'open', 'high', 'low', 'close', 'volume', 'trades'])
  expect(rows.length).toBe(candles.length)
  // The last one is still forming, and may have changed between the two requests.
  expect(rows.slice(0, -1).map((row) => Object.values(row))).toEqual(candles.slice(0, -1).map((one) => one.map(String)))
  const { rows: instruments } = await table('/api/instruments?format=csv')
  const { session, orderTypes, shortable } = on.instrument
  expect(instruments.find(({ symbol }) => symbol === on.symbol)).toMatchObject({
    ...{ 'session.open': session.open, 'session.close': session.close },
    ...{ orderTypes: orderTypes.join(' '), shortable: String(shortable) },
  })
})

test('user-supplied text is not a formula and is quoted as in RFC 4180, and negative numbers stay numbers', async () => {
  const tags = ['=HYPERLINK("http://evil.example")', '@SUM(A1)', '+1', '-1+1', 'a, "quoted" one', 'plain']
  for (const tag of tags) {
    await client.place({
      ...{ symbol: on.symbol, side: 'buy', type: 'limit', qty: on.qty(), limitPrice: on.below(2), tag },
    })
  }
  const { rows, text } = await table('/api/orders?format=csv&status=open')
  expect(rows.map(({ tag }) => tag).toReversed()).toEqual(tags.map((tag) => (/^[=@+-]/.test(tag) ? `'${tag}` : tag)))
  expect(text).toContain('"a, ""quoted"" one"')
  await client.place({ symbol: on.symbol, side: 'buy', type: 'market', qty: on.qty() })
  const ledger = await table('/api/ledger?format=csv')
  expect(ledger.rows.map(({ amount }) => amount)).toContainEqual(expect.stringMatching(/^-\d/))
})

test('an empty list is only a header row', async () => {
  const { text, rows } = await table('/api/fills?format=csv')
  expect(rows).toEqual([])
  expect(text).toMatch(/^fillId,tradeId,orderId,clientOrderId,symbol,[^\r\n]*\r\n$/)
})

test('Link has the next page, and following it gives every item once', async () => {
  for (let i = 0; i < 5; i++) {
    await client.place({ symbol: on.symbol, side: 'buy', type: 'limit', qty: on.qty(), limitPrice: on.below(2) })
  }
  const seen: string[] = []
  let path: string | undefined = `/api/orders?format=csv&limit=2&symbol=${on.symbol}`
  while (path !== undefined) {
    const { rows, headers } = await table(path)
    seen.push(...rows.map(({ orderId }) => orderId ?? ''))
    path = /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1]
  }
  const { items } = (await json('/api/orders')) as { items: { orderId: string }[] }
  expect(seen).toEqual(items.map(({ orderId }) => orderId))
  expect(seen).toHaveLength(5)
})

test('errors stay JSON, and an unknown format is INVALID with its field', async () => {
  const cases = [
    ['/api/orders?format=xml', 400, 'INVALID', 'format'],
    ['/api/orders?format=csv&format=csv', 400, 'INVALID', 'format'],
    ['/api/orders?format=csv&limit=x', 400, 'INVALID', 'limit'],
    ['/api/account?format=csv', 400, 'INVALID', 'format'],
    [`/api/book/${on.symbol}?format=csv`, 400, 'INVALID', 'format'],
    ['/api/trades/NOPE?format=csv', 404, 'NOT_FOUND', undefined],
  ] as const
  for (const [path, status, code, field] of cases) {
    const response = await get(path)
    expect(response.headers.get('content-type'), path).toBe('application/json; charset=utf-8')
    expect([response.status, await response.json()], path).toMatchObject([status, { ok: false, error: { code } }])
    if (field !== undefined) expect(await (await get(path)).json()).toMatchObject({ error: { field } })
  }
  const stranger = await rest(server.url, '/api/orders?format=xml')
  expect([stranger.status, await stranger.json()]).toMatchObject([401, { error: { code: 'UNAUTHENTICATED' } }])
  expect(await json('/api/instruments?format=json')).toHaveLength((await client.good('instruments')).length)
})
