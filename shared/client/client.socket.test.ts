import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server, type Socket } from 'socket.io'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bookChecksum } from '../protocol/book-checksum.ts'
import { type Client, connectWith, type ConnectOptions } from './client.ts'
import { NotConnectedError, RequestRefused } from './errors.ts'
import { DATED_REQUESTS } from './outgoing.ts'

type Answer = (answer: unknown) => void
type Payload = Record<string, unknown>
interface Asked {
  readonly name: string
  readonly payload: Payload
  readonly answer: Answer
  readonly socket: Socket
}

/** An exchange that answers as a test says, over a real Socket.IO server. */
class Exchange {
  readonly #http = createServer()
  readonly io = new Server(this.#http)
  readonly asked: Asked[] = []
  handshakes: Payload[] = []
  welcome: Payload = {}
  /** Answers by event; without one a request stays unanswered. */
  answers: Record<string, (asked: Asked) => void> = {
    time: ({ answer }) => answer({ ok: true, data: { time: Date.now() } }),
  }

  async open(): Promise<string> {
    this.io.on('connection', (socket) => {
      this.handshakes.push(socket.handshake.auth)
      socket.onAny((name: string, payload: Payload, answer: Answer) => {
        const asked = { name, payload, answer, socket }
        if (name !== 'time') this.asked.push(asked)
        this.answers[name]?.(asked)
      })
      socket.emit('welcome', {
        protocol: 1,
        instanceId: 'test',
        epoch: 1,
        time: Date.now(),
        resumed: false,
        ...this.welcome,
      })
    })
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`
  }

  /** The connection breaks, as when a cable is pulled. */
  cut(): void {
    for (const socket of this.io.sockets.sockets.values()) socket.conn.close()
  }

  names(): string[] {
    return this.asked.map(({ name }) => name)
  }
}

let exchange: Exchange
let url: string
let client: Client

const phase = (wanted: string) =>
  new Promise<void>((resolve) => {
    if (client.connection.phase === wanted) {
      resolve()
      return
    }
    const stop = client.on('connection', (state) => {
      if (state.phase !== wanted) return
      stop()
      resolve()
    })
  })
const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}
const order = { symbol: 'NOVA', side: 'buy', type: 'market', qty: '5' } as const

beforeEach(async () => {
  exchange = new Exchange()
  url = await exchange.open()
})
afterEach(async () => {
  client.close()
  await exchange.io.close()
})
const open = (options: ConnectOptions = {}) => {
  client = connectWith({ random: () => 0 }, { url, ...options })
  return phase('live')
}

describe('a connection', () => {
  it('to an instance that knows no leader is live, and its streams are requested again once there is a leader', async () => {
    exchange.answers['subscribe'] = ({ answer }) =>
      answer({ ok: false, error: { code: 'UNAVAILABLE', message: 'Starting.', outcome: 'not_executed' } })
    exchange.welcome = { epoch: 2 }
    await open()
    client.subscribe({ channel: 'quotes' }, () => undefined)
    await until(() => exchange.names().length === 1)
    exchange.welcome = { epoch: 0 }
    exchange.cut()
    await phase('reconnecting')
    await phase('live')
    await until(() => exchange.names().length === 2)
    exchange.io.emit('heartbeat', { time: Date.now(), counter: 1, epoch: 3 })
    await until(() => exchange.names().length === 3)
    expect(exchange.names()).toEqual(['subscribe', 'subscribe', 'subscribe'])
  })
})

describe('a request', () => {
  it('resolves with the data, or rejects with the exchange’s own error', async () => {
    await open()
    exchange.answers['order.get'] = ({ answer }) =>
      answer({ ok: false, error: { code: 'NOT_FOUND', message: 'No such order.', outcome: 'not_executed' } })
    expect(await client.ask('time', {})).toHaveProperty('time')
    const refusal = await client.ask('order.get', { orderId: 'x' }).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(RequestRefused)
    expect((refusal as RequestRefused).error.code).toBe('NOT_FOUND')
  })

  it('that changes something is sent again under its own id after a reconnect, and can’t execute later than at first', async () => {
    await open()
    const placed = client.ask('order.place', order)
    await until(() => exchange.asked.length === 1)
    exchange.answers['order.place'] = ({ answer }) => answer({ ok: true, data: { orderId: 'o1' }, duplicate: true })
    exchange.cut()
    expect(await placed).toEqual({ orderId: 'o1' })
    const [first, second] = exchange.asked
    expect(second?.payload).toEqual(first?.payload)
    expect(first?.payload['clientOrderId']).toBeTypeOf('string')
    expect(first?.payload['validUntil']).toBeGreaterThan(Date.now() - 5_000)
  })

  it.each([
    ['order.amend', { orderId: 'o1', qty: '5' }],
    ['position.close', { symbol: 'NOVA' }],
    ['cancelAfter', { timeoutMs: 1_000 }],
    ['account.deposit', { amount: '5.00' }],
  ] as const)('%s is sent again under its generated id', async (name, payload) => {
    await open()
    const done = client.ask(name, payload)
    await until(() => exchange.asked.length === 1)
    exchange.answers[name] = ({ answer }) => answer({ ok: true, data: {}, duplicate: true })
    exchange.cut()
    await done
    const [first, second] = exchange.asked
    const dated = DATED_REQUESTS.has(name) && { validUntil: expect.any(Number) as number }
    expect(first?.payload).toEqual({ ...payload, ...dated, requestId: expect.any(String) as string })
    expect(second?.payload).toEqual(first?.payload)
  })

  it('whose outcome is unknown is sent again under the same id', async () => {
    await open()
    exchange.answers['order.cancel'] = ({ answer }) => {
      const isFirst = exchange.names().length === 1
      answer(
        isFirst
          ? {
              ok: false,
              error: { code: 'TIMEOUT', message: 'No answer.', outcome: 'unknown', finalAt: Date.now() + 50 },
            }
          : { ok: true, data: { orderId: 'o1' }, duplicate: true },
      )
    }
    expect(await client.ask('order.cancel', { orderId: 'o1' })).toEqual({ orderId: 'o1' })
    expect(new Set(exchange.asked.map(({ payload }) => payload['requestId'])).size).toBe(1)
  })

  it('that changes something is not started while disconnected; one that only reads waits', async () => {
    await open()
    exchange.answers['instruments'] = ({ answer }) => answer({ ok: true, data: [] })
    exchange.cut()
    await phase('reconnecting')
    await expect(client.ask('order.place', order)).rejects.toBeInstanceOf(NotConnectedError)
    expect(await client.ask('instruments', {})).toEqual([])
    expect(exchange.names()).toEqual(['instruments'])
  })
})

describe('a connection', () => {
  it('without messages for 5 s is replaced', async () => {
    await open()
    exchange.answers = {}
    await phase('reconnecting')
    await phase('live')
    expect(exchange.handshakes).toHaveLength(2)
  }, 20_000)

  it('to an instance that shuts down moves to another one and stays live', async () => {
    exchange.answers['subscribe'] = ({ answer }) => answer({ ok: true, data: { epoch: 1, time: 1, q: [] } })
    await open()
    const phases: string[] = []
    client.on('connection', (state) => phases.push(state.phase))
    const times: number[] = []
    client.subscribe({ channel: 'quotes' }, (frame) => times.push(frame.time))
    await until(() => times.length === 1)
    const [old] = [...exchange.io.sockets.sockets.values()]
    old?.emit('server.closing', { afterMs: 100, reason: 'deploy' })
    let time = 1
    await until(() => {
      // Each socket gets the frame, as from separate instances.
      exchange.io.local.emit('quotes', { epoch: 1, time: (time += 1), q: [] })
      return exchange.handshakes.length === 2 && old?.connected === false
    })
    exchange.io.local.emit('quotes', { epoch: 1, time: (time += 1), q: [] })
    await until(() => times.at(-1) === time)
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b))
    expect(times).toHaveLength(time)
    expect(new Set(phases)).toEqual(new Set(['live']))
  })

  it('that was replaced is not reopened automatically, but can be on request', async () => {
    await open()
    exchange.io.local.emit('goodbye', { code: 'REPLACED', message: 'A newer window took its place.' })
    exchange.cut()
    await phase('closed')
    expect(client.connection).toMatchObject({ code: 'REPLACED' })
    client.retryNow()
    await phase('live')
  })

  it('that receives SHUTDOWN reports it and reconnects', async () => {
    await open()
    const states: unknown[] = []
    client.on('connection', (state) => states.push(state))
    exchange.io.local.emit('goodbye', { code: 'SHUTDOWN', message: 'This instance is shutting down.' })
    exchange.cut()
    await phase('reconnecting')
    await phase('live')
    expect(states).toContainEqual(expect.objectContaining({ phase: 'reconnecting', code: 'SHUTDOWN' }))
  })
})

describe('a stream', () => {
  it('begins with a snapshot, is requested again after a reconnect, and ends with its last listener', async () => {
    exchange.answers['subscribe'] = ({ answer }) =>
      answer({ ok: true, data: { epoch: 1, time: 1, q: [['NOVA', 1, 1, 2, 1, 1]] } })
    await open()
    const frames: unknown[] = []
    const stops = [
      client.subscribe({ channel: 'quotes' }, (frame) => frames.push(frame)),
      client.subscribe({ channel: 'quotes' }, () => undefined),
    ]
    await until(() => frames.length === 1)
    exchange.cut()
    await until(() => frames.length === 2)
    for (const stop of stops) stop()
    await until(() => exchange.names().includes('unsubscribe'))
    expect(exchange.names()).toEqual(['subscribe', 'subscribe', 'unsubscribe'])
  })

  it('drops frames of an earlier epoch', async () => {
    exchange.answers['subscribe'] = ({ answer }) => answer({ ok: true, data: { epoch: 2, time: 1, q: [] } })
    await open()
    const times: number[] = []
    client.subscribe({ channel: 'quotes' }, (frame) => times.push(frame.time))
    await until(() => times.length === 1)
    for (const [epoch, time] of [
      [3, 30],
      [2, 20],
      [3, 31],
    ]) {
      exchange.io.local.emit('quotes', { epoch, time, q: [] })
    }
    await until(() => times.includes(31))
    expect(times).toEqual([1, 30, 31])
  })

  it('of a book with a gap is repaired by requesting that symbol alone', async () => {
    const bids = [[100, 5]] as [number, number][]
    const asks = [[101, 4]] as [number, number][]
    let seq = 1
    const frame = (more: object) => ({
      epoch: 1,
      symbol: 'NOVA',
      depth: 10,
      time: 1,
      bids,
      asks,
      checksum: bookChecksum(bids, asks),
      ...more,
    })
    exchange.answers['subscribe'] = ({ payload, answer }) =>
      answer({ ok: true, data: payload['channel'] === 'book' ? [frame({ type: 'snapshot', seq, prevSeq: seq })] : [] })
    await open()
    const seen: number[] = []
    client.book('NOVA', 10, (book) => seen.push(book.seq))
    await until(() => seen.length === 1)
    seq = 9
    exchange.io.local.emit('book', frame({ type: 'update', seq: 5, prevSeq: 4, bids: [], asks: [] }))
    await until(() => seen.length === 2)
    expect(seen).toEqual([1, 9])
    expect(exchange.asked.map(({ payload }) => payload['symbols'])).toEqual([['NOVA'], ['NOVA']])
  })
})

describe('the account', () => {
  const snapshot = (seq: number) => ({ seq, account: { id: 'A', cash: String(seq) }, positions: [], openOrders: [] })
  const frame = (seq: number) => ({
    epoch: 1,
    seq,
    time: 1,
    cause: 'trade',
    orders: [],
    fills: [],
    positions: [],
    balance: { id: 'A', cash: String(seq) },
  })

  it('follows its frames, and is requested in full after a missing one', async () => {
    exchange.welcome = { accountId: 'A' }
    let seq = 4
    exchange.answers['account'] = ({ answer }) => answer({ ok: true, data: snapshot(seq) })
    await open()
    await until(() => client.account?.seq === 4)
    exchange.io.local.emit('account', frame(5))
    await until(() => client.account?.seq === 5)
    seq = 8
    exchange.io.local.emit('account', frame(8))
    exchange.io.local.emit('account', frame(9))
    await until(() => client.account?.seq === 9)
    expect(exchange.names()).toEqual(['account', 'account'])
  })

  it('resumes after the last known frame, and requests nothing if that succeeds', async () => {
    exchange.welcome = { accountId: 'A', resumed: true }
    await open({ account: snapshot(4) as never })
    exchange.io.local.emit('account', frame(5))
    await until(() => client.account?.seq === 5)
    exchange.cut()
    await phase('reconnecting')
    await phase('live')
    expect(exchange.handshakes.map((auth) => auth['resumeFrom'])).toEqual([4, 5])
    expect(exchange.names()).toEqual([])
  })

  it('changes when it is switched, and another user’s account cannot be chosen', async () => {
    exchange.welcome = { accountId: 'A', resumed: true }
    await open({ account: snapshot(4) as never })
    client.switchAccount('B', { ...snapshot(7), account: { id: 'B' } } as never)
    await until(() => exchange.handshakes.length === 2)
    client.reconnect()
    await until(() => exchange.handshakes.length === 3)
    expect(exchange.handshakes.map(({ accountId, resumeFrom }) => ({ accountId, resumeFrom }))).toEqual([
      { resumeFrom: 4 },
      { accountId: 'B', resumeFrom: 7 },
      {},
    ])
  })
})
