import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bookChecksum } from '@valiant/shared/protocol/book-checksum'
import { Server } from 'socket.io'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ROOT } from './command.ts'

type Payload = Readonly<Record<string, unknown>>
interface Received {
  readonly name: string
  readonly payload: Payload
}
type Answer = { readonly ok: true; readonly data: unknown } | { readonly ok: false; readonly error: object }

const good = (data: unknown): Answer => ({ ok: true, data })
const refusal = (code: string, more: object = {}): Answer => ({
  ok: false,
  error: { code, message: code, outcome: 'not_executed', ...more },
})
const orderOf = ({ clientOrderId }: Payload, more: object = {}) => ({
  ...{ orderId: `o-${String(clientOrderId)}`, clientOrderId, side: 'buy', status: 'open', remainingQty: '1.000' },
  ...more,
})

/** An exchange with one instrument that answers as the test says. */
class Exchange {
  readonly #http = createServer(({ headers }, response) => {
    this.origins.add(headers.origin)
    response.setHeader('set-cookie', 'guest=1').end('{}')
  })
  readonly origins = new Set<string | undefined>()
  readonly io = new Server(this.#http)
  readonly received: Received[] = []
  #seq = 1
  answers: Record<string, (payload: Payload) => Answer> = {
    instruments: () => good([{ symbol: 'NOVA', tickSize: '0.01', minQty: '1.000' }]),
    account: () => good({ seq: 1, account: { id: 'A' }, positions: [], openOrders: [] }),
    subscribe: () => good([this.book(10_000)]),
    'order.place': (payload) => good(orderOf(payload)),
    'order.cancel': (payload) => good(orderOf(payload, { status: 'canceled' })),
  }

  async open(): Promise<string> {
    this.io.on('connection', (socket) => {
      socket.onAny((name: string, payload: Payload, answer: (answer: Answer) => void) => {
        this.received.push({ name, payload })
        answer((this.answers[name] ?? (() => good({ time: Date.now() })))(payload))
      })
      const welcome = { protocol: 1, instanceId: 'test', epoch: 1, accountId: 'A', resumed: false }
      socket.emit('welcome', { ...welcome, time: Date.now() })
    })
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`
  }

  of(name: string): Payload[] {
    return this.received.filter((one) => one.name === name).map(({ payload }) => payload)
  }

  /** A full book around this middle, in ticks. */
  book(middle: number) {
    const bids = [[middle - 1, 5]] as [number, number][]
    const asks = [[middle + 1, 5]] as [number, number][]
    const at = { epoch: 1, time: Date.now(), seq: middle, prevSeq: middle }
    return { type: 'snapshot', symbol: 'NOVA', depth: 10, bids, asks, checksum: bookChecksum(bids, asks), ...at }
  }

  move(middle: number): void {
    this.io.emit('book', this.book(middle))
  }

  frame(order: object): void {
    const seq = (this.#seq += 1)
    this.io.emit('account', { epoch: 1, seq, orders: [order], fills: [], positions: [], balance: { id: 'A' } })
  }
}

let exchange: Exchange
let url: string
let maker: ChildProcess
let output: { stdout: string; stderr: string }

function run(...args: string[]): void {
  maker = spawn(process.execPath, ['examples/market-maker.ts', ...args], { cwd: ROOT })
  output = { stdout: '', stderr: '' }
  maker.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  maker.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
}
async function ended(): Promise<number | null> {
  if (maker.exitCode === null && maker.signalCode === null) await once(maker, 'close')
  return maker.exitCode
}
/** Waits until this request has been received so many times. */
const receives = (name: string, times: number) =>
  expect.poll(() => exchange.of(name).length, { interval: 10 }).toBeGreaterThanOrEqual(times)
/** Waits until it has checked its quotes twice: each check begins with the dead man's switch. */
const checksTwice = () => receives('cancelAfter', exchange.of('cancelAfter').length + 3)

beforeEach(async () => {
  exchange = new Exchange()
  url = await exchange.open()
})
afterEach(async () => {
  maker.kill('SIGKILL')
  await ended()
  await exchange.io.close()
})

it('a filled quote is placed again', async () => {
  run(url)
  await receives('order.place', 1)
  const [first = {}] = exchange.of('order.place')
  expect(first).toMatchObject({ side: 'buy', limitPrice: '99.95', qty: '1.000', postOnly: true })
  await checksTwice()
  expect(exchange.of('order.place')).toHaveLength(1)
  exchange.frame(orderOf(first, { status: 'filled', remainingQty: '0.000' }))
  await receives('order.place', 2)
})

it('the address may end in a slash', async () => {
  run(`${url}/`)
  await receives('order.place', 1)
  expect(exchange.origins).toEqual(new Set([url]))
})

it('a quote is replaced only once it is certainly canceled', async () => {
  exchange.answers['order.cancel'] = () => refusal('RATE_LIMITED')
  run(url)
  await receives('order.place', 1)
  exchange.move(10_100)
  await receives('order.cancel', 2)
  expect(exchange.of('order.place')).toHaveLength(1)
  expect(new Set(exchange.of('order.cancel').map(({ clientOrderId }) => clientOrderId)).size).toBe(1)
  exchange.answers['order.cancel'] = () => refusal('ORDER_CLOSED')
  await receives('order.place', 2)
})

it('it leaves the dead man’s switch on if its orders may still be open', async () => {
  exchange.answers['order.cancelAll'] = () => refusal('RATE_LIMITED')
  run(url)
  await receives('order.place', 1)
  maker.kill('SIGINT')
  expect(await ended()).toBe(0)
  expect(exchange.of('order.cancelAll')).toHaveLength(1)
  expect(exchange.of('cancelAfter').map(({ timeoutMs }) => timeoutMs)).not.toContain(0)
  expect(output.stdout).toContain('The exchange cancels what is left within 10 s.')
})

it('it switches it off once they are canceled', async () => {
  run(url)
  await receives('order.place', 1)
  maker.kill('SIGINT')
  expect(await ended()).toBe(0)
  expect(exchange.of('cancelAfter').at(-1)).toMatchObject({ timeoutMs: 0 })
})

it.each([
  ['does not listen', () => ['http://127.0.0.1:9']],
  ['is no address', () => ['nowhere']],
  ['lists no such instrument', () => [url, 'NONE']],
])('says in one line that the exchange %s', async (_what, args) => {
  run(...args())
  expect(await ended()).toBe(1)
  expect(output.stderr).toMatch(/^market-maker: [^\n]+\n$/)
})
