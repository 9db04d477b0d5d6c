import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { closeAll, connect, guestCookie, type ProtocolClient, rest } from '../protocol/client.ts'
import { type FaultProxy, openFaultProxy } from '../rig/fault-proxy.ts'
import { programPath, pythonPath } from '../rig/program.ts'
import { startServer, type TestServer } from '../rig/server.ts'
import { ROOT } from './command.ts'

const SYMBOL = 'VLNT'

let python: string
let server: TestServer
let proxy: FaultProxy
let url: string
let program: ChildProcess | undefined
let output: string
beforeAll(async () => {
  python = await pythonPath()
  server = await startServer()
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(async () => {
  proxy = await openFaultProxy({ host: '127.0.0.1', port: server.port })
  url = `http://127.0.0.1:${proxy.port}`
})
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.error(output)
  program?.kill('SIGKILL')
  closeAll()
  await proxy[Symbol.asyncDispose]()
})

const run = (example: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): void =>
  start(python, [join(ROOT, 'examples/python', example), ...args], environment)

function start(command: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): void {
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment }
  program = spawn(command, args, { cwd: tmpdir(), env: { ...env, PYTHONDONTWRITEBYTECODE: '1' } })
  output = ''
  for (const stream of [program.stdout, program.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
}
async function ended(): Promise<number | null> {
  if (program?.exitCode === null && program.signalCode === null) await once(program, 'close')
  return program?.exitCode ?? null
}
const linesOf = (pattern: RegExp) => output.split('\n').filter((line) => pattern.test(line)).length
/** Waits for the next lines of this form. */
const prints = async (pattern: RegExp, more = 1) => {
  const before = linesOf(pattern)
  await expect.poll(() => linesOf(pattern)).toBeGreaterThanOrEqual(before + more)
}

/** The text of the WebSocket frames that a client has sent: they are masked. */
function textOf(bytes: Buffer): string {
  let text = ''
  for (let at = 0; at + 2 <= bytes.length;) {
    const short = (bytes[at + 1] ?? 0) & 0x7f
    const start = at + (short === 126 ? 8 : 6)
    const length = short === 126 ? bytes.readUInt16BE(at + 2) : short
    const mask = bytes.subarray(start - 4, start)
    text += String.fromCharCode(...bytes.subarray(start, start + length).map((byte, i) => byte ^ (mask[i % 4] ?? 0)))
    at = start + length
  }
  return text
}

/** A guest with a key for programs. */
async function guestWithKey(): Promise<{ own: ProtocolClient; key: string; revoke: () => Promise<unknown> }> {
  const cookie = await guestCookie(server.url)
  const made = await rest(server.url, '/api/keys', {
    ...{ method: 'POST', cookie },
    body: { name: 'bot', scopes: ['read', 'trade'] },
  })
  const { id, key } = ((await made.json()) as { data: { id: string; key: string } }).data
  const revoke = () => rest(server.url, `/api/keys/${id}`, { method: 'DELETE', cookie })
  return { own: await connect(server.url, { auth: { apiKey: key } }), key, revoke }
}
async function botOfGuest(): Promise<ProtocolClient> {
  const { own, key } = await guestWithKey()
  run('bot.py', [url, SYMBOL], { VALIANT_KEY: key })
  return own
}
const openOrders = async (own: ProtocolClient) => (await own.account()).openOrders
const allOrders = async (own: ProtocolClient) => (await own.good('orders', { status: 'all' })).items
const isQuoted = (own: ProtocolClient) => expect.poll(async () => (await openOrders(own)).length).toBe(1)

it('the bot places one order, though the answer to the first copy is lost', async () => {
  let copies = 0
  proxy.watch((bytes) => {
    if (!textOf(bytes).includes('"order.place"')) return 'pass'
    copies++
    return copies === 1 ? 'cut_answer' : 'pass'
  })
  const own = await botOfGuest()
  await prints(/^buy /)
  expect(copies).toBe(2)
  expect(await allOrders(own)).toHaveLength(1)
  expect(await openOrders(own)).toHaveLength(1)
})

it('the bot learns after a reconnect what has happened meanwhile', async () => {
  const own = await botOfGuest()
  await isQuoted(own)
  proxy.cut()
  const [first] = await openOrders(own)
  await own.good('order.cancelAll')
  proxy.mend()
  await isQuoted(own)
  const orders = await allOrders(own)
  expect(orders.map(({ status }) => status)).toEqual(['open', 'canceled'])
  expect(orders[1]?.orderId).toBe(first?.orderId)
})

it('the bot cancels its order when it is stopped', async () => {
  const own = await botOfGuest()
  await isQuoted(own)
  program?.kill('SIGINT')
  expect(await ended()).toBe(0)
  expect(await allOrders(own)).toMatchObject([{ status: 'canceled', reason: 'cancel_all' }])
  expect((await own.good('cancelAfter', { timeoutMs: 0 })).cancelAt).toBeUndefined()
})

it('the exchange cancels the order of a bot that was killed', async () => {
  const own = await botOfGuest()
  await isQuoted(own)
  program?.kill('SIGKILL')
  await expect.poll(() => allOrders(own)).toMatchObject([{ status: 'canceled', reason: 'dead_man' }])
})

it.each(['', '/'])('without a key the bot opens a guest account, at an address that ends in %j', async (end) => {
  run('bot.py', [`${url}${end}`, SYMBOL])
  await prints(/^buy /)
})

it('a bot whose clock is a minute slow trades all the same', async () => {
  const { own, key } = await guestWithKey()
  const examples = join(ROOT, 'examples/python')
  const slow = `
import runpy, sys, time
real = time.time
time.time = lambda: real() - 60
sys.path.insert(0, ${JSON.stringify(examples)})
sys.argv = ['bot.py', ${JSON.stringify(url)}, ${JSON.stringify(SYMBOL)}]
runpy.run_path(${JSON.stringify(join(examples, 'bot.py'))}, run_name='__main__')`
  start(python, ['-c', slow], { VALIANT_KEY: key })
  await prints(/^buy /)
  expect(output).not.toContain('REQUEST_EXPIRED')
  await isQuoted(own)
})

it.each([
  ['an exchange that does not listen', ['http://127.0.0.1:9'], {}, /Cannot connect/],
  ['an instrument that is not listed', [undefined, 'NONE'], {}, /NONE is not listed/],
  ['a wrong key', [], { VALIANT_KEY: 'wrong' }, /auth\.apiKey: expected an active API key/],
] as const)('the bot ends with a message about %s', async (_what, [address, ...args], environment, message) => {
  run('bot.py', [address ?? url, ...args], environment)
  expect(await ended()).toBe(1)
  expect(output).toMatch(message)
  expect(output).not.toContain('Traceback')
})

it('the bot ends when its key is revoked', async () => {
  const { key, revoke } = await guestWithKey()
  run('bot.py', [url, SYMBOL], { VALIANT_KEY: key })
  await prints(/^buy /)
  await revoke()
  expect(await ended()).toBe(1)
  expect(output).toMatch(/^bot: .*KEY_REVOKED: This key was revoked\.$/m)
})

it('the book stays complete, also over a reconnect', async () => {
  run('book.py', [url, SYMBOL])
  await prints(/^\[\(\d+, \d+\)\] \[\(\d+, \d+\)\]$/, 20)
  proxy.cut()
  proxy.mend()
  await prints(/^\[\(/, 20)
  expect(output).not.toContain('gap')
  program?.kill('SIGINT')
  expect(await ended()).toBe(0)
})

it('the book ends with the reason when its subscription is refused', async () => {
  run('book.py', [url, 'NONE'])
  expect(await ended()).toBe(1)
  expect(output).toBe('book: symbols.0: expected the symbol of a listed instrument, found "NONE".\n')
})

/** The programs of the page, for this exchange. */
async function printed(language: string): Promise<string[]> {
  const page = await readFile(join(ROOT, 'docs/programs.md'), 'utf8')
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, text = '']) =>
    text.replaceAll('http://localhost:3000', url).replaceAll('NOVA', SYMBOL),
  )
}

it('the page’s first program prints a snapshot and quotes', async () => {
  const [first = ''] = await printed('python')
  start(python, ['-c', first])
  expect(await ended()).toBe(0)
  expect(output).toMatch(/^\{'ok': True, 'data': \{.*'q': \[\['VLNT', \d+/m)
  expect(output).toMatch(/^\[\['VLNT', \d+, \d+, \d+, \d+, \d+\]\]$/m)
})

it('the page’s strategy follows the market', async () => {
  const [, strategy = ''] = await printed('python')
  start(python, ['-c', strategy], { PYTHONPATH: join(ROOT, 'examples/python') })
  await prints(/^VLNT [\d.]+ holds \d+ cash [\d.]+$/)
  expect(output).toMatch(/^(bought 10 at [\d.]+\nVLNT [\d.]+ holds 10 |VLNT [\d.]+ holds 0 )/)
})

it('the page’s commands make a key that trades', async () => {
  const [commands = ''] = await printed('sh')
  await programPath('curl')
  const folder = await mkdtemp(join(tmpdir(), 'valiant-curl-'))
  start('sh', ['-ec', `cd ${folder}\n${commands}`])
  expect(await ended()).toBe(0)
  await rm(folder, { recursive: true })
  const key = /"key":"([\w-]+)"/.exec(output)?.[1] ?? ''
  const { status } = await rest(server.url, '/api/orders', {
    ...{ method: 'POST', headers: { authorization: `Bearer ${key}` } },
    body: { clientOrderId: 'first', symbol: SYMBOL, side: 'buy', type: 'market', qty: '1' },
  })
  expect(status).toBe(200)
})

it('the page’s ledger adds up to the cash of the account', async () => {
  const { own, key } = await guestWithKey()
  for (let i = 0; i < 40; i++) await own.place({ symbol: SYMBOL, side: 'buy', type: 'market', qty: '1' })
  const [, , ledger = ''] = await printed('python')
  start(python, ['-c', ledger], { VALIANT_KEY: key })
  expect(await ended()).toBe(0)
  const { cash } = await own.money()
  expect(output).toBe(`ledger ${cash} account ${cash}\n`)
})
