import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bookChecksum } from '../protocol/book-checksum.ts'
import { refusal, Simulated, type TestTransport } from './simulated.fixture.ts'

let rig: Simulated
let phases: string[]

const transportOf = (index: number): TestTransport => {
  const transport = rig.transports[index]
  if (transport === undefined) throw new Error(`expected a transport ${index}`)
  return transport
}
const quotes = (time: number, epoch = 1) => ({ epoch, time, q: [] })
const subscribed = async (transport: TestTransport, data: unknown) => {
  transport.answer('subscribe', { ok: true, data })
  await rig.clock.pass(0)
}

beforeEach(() => {
  rig = new Simulated({}, () => 0.5)
  phases = []
  rig.client.on('connection', ({ phase }) => phases.push(phase))
  rig.welcome()
})
afterEach(() => rig.client.close())

describe('when an instance goes away', () => {
  it('the next connection is opened first, at the moment the server has drawn, and the old one dropped when it is of no more use', async () => {
    transportOf(0).tell('server.closing', { afterMs: 300, reason: 'deploy' })
    await rig.pass(299)
    expect(rig.transports).toHaveLength(1)
    await rig.pass(1)
    expect(rig.transports).toHaveLength(2)
    expect(transportOf(0).isClosed).toBe(false)
    rig.welcome(transportOf(1))
    await rig.pass(50)
    expect(transportOf(0).isClosed).toBe(true)
    expect(transportOf(1).isClosed).toBe(false)
    expect(new Set(phases)).toEqual(new Set(['live']))
    expect(rig.client.connection).toMatchObject({ instanceId: 'i-1' })
  })

  it('what was asked on the old connection is answered by it, what is asked now goes over the new one', async () => {
    const first = rig.client.ask('order.cancel', { orderId: 'o1' })
    transportOf(0).tell('server.closing', { afterMs: 0, reason: 'deploy' })
    await rig.pass(0)
    rig.welcome(transportOf(1))
    const second = rig.client.ask('order.cancel', { orderId: 'o2' })
    await rig.pass(1_000)
    expect(transportOf(0).isClosed).toBe(false)
    transportOf(0).answer('order.cancel', { ok: true, data: { orderId: 'o1' } })
    transportOf(1).answer('order.cancel', { ok: true, data: { orderId: 'o2' } })
    expect([await first, await second]).toEqual([{ orderId: 'o1' }, { orderId: 'o2' }])
    await rig.pass(50)
    expect(transportOf(0).isClosed).toBe(true)
    expect(transportOf(1).of('order.cancel')).toHaveLength(1)
  })

  it('the next connection asks for the orders to go with the last one, as the first did', async () => {
    const asking = new Simulated({ cancelOnDisconnect: 15_000 })
    asking.welcome()
    asking.transports[0]?.tell('server.closing', { afterMs: 0, reason: 'deploy' })
    await asking.pass(0)
    expect(asking.transports.map(({ auth }) => auth['cancelOnDisconnect'])).toEqual([15_000, 15_000])
    asking.client.close()
  })

  it('a grace that is chosen later is told on the connection that stands, and on each to come; that there is none, once', async () => {
    const graces = (transport = rig.transport) =>
      transport.of('cancelOnDisconnect').map(({ payload }) => payload['graceMs'])
    void rig.client.cancelOnDisconnect(0)
    void rig.client.cancelOnDisconnect(60_000)
    expect(graces()).toEqual([])
    transportOf(0).end()
    await rig.pass(5_000)
    rig.welcome(transportOf(1), { accountId: 'A-1' })
    expect(transportOf(1).auth).not.toHaveProperty('cancelOnDisconnect')
    void rig.client.cancelOnDisconnect(60_000)
    void rig.client.cancelOnDisconnect(30_000)
    expect(graces()).toEqual([60_000, 30_000])
    expect(rig.transports).toHaveLength(2)
    void rig.client.cancelOnDisconnect(0)
    transportOf(1).end()
    await rig.pass(5_000)
    rig.welcome(transportOf(2), { accountId: 'A-1' })
    expect(graces()).toEqual([0])
    transportOf(2).answer('cancelOnDisconnect', { ok: true, data: {} })
    transportOf(2).end()
    await rig.pass(5_000)
    rig.welcome(transportOf(3), { accountId: 'A-1' })
    expect(graces()).toEqual([])
  })

  describe('and a grace that is chosen later', () => {
    let asking: Simulated
    const graces = () => asking.transport.of('cancelOnDisconnect').map(({ payload }) => payload['graceMs'])
    const again = async () => {
      asking.transport.end()
      await asking.clock.pass(5_000)
      asking.welcome(asking.transport, { accountId: 'A-1' })
    }
    beforeEach(() => {
      asking = new Simulated({ cancelOnDisconnect: 15_000 })
      asking.welcome(asking.transport, { accountId: 'A-1' })
    })
    afterEach(() => asking.client.close())

    it('is out of range, the former holds', async () => {
      for (const ms of [500, -1, 1_000.5, 86_400_001, Number.NaN]) {
        await expect(asking.client.cancelOnDisconnect(ms)).rejects.toThrow(RangeError)
      }
      expect(graces()).toEqual([])
      await again()
      expect(asking.transport.auth).toMatchObject({ cancelOnDisconnect: 15_000 })
    })

    it('is refused, its promise says so and the former holds, also on the next connection', async () => {
      const chosen = asking.client.cancelOnDisconnect(60_000)
      asking.transport.answer('cancelOnDisconnect', refusal('UNAVAILABLE'))
      await asking.pass(500)
      expect(graces()).toEqual([60_000, 60_000])
      asking.transport.answer('cancelOnDisconnect', refusal('FORBIDDEN'))
      await expect(chosen).rejects.toMatchObject({ error: { code: 'FORBIDDEN' } })
      await again()
      expect(asking.transport.auth).toMatchObject({ cancelOnDisconnect: 15_000 })
      expect(graces()).toEqual([])
    })

    it('is confirmed, it takes the place of the former; one that is refused after it does not', async () => {
      const chosen = asking.client.cancelOnDisconnect(60_000)
      await again()
      expect(asking.transport.auth).toMatchObject({ cancelOnDisconnect: 15_000 })
      asking.transport.answer('cancelOnDisconnect', { ok: true, data: {} })
      await chosen
      const refused = asking.client.cancelOnDisconnect(30_000)
      asking.transport.answer('cancelOnDisconnect', refusal('INVALID'))
      await expect(refused).rejects.toMatchObject({ error: { code: 'INVALID' } })
      await again()
      expect(asking.transport.auth).not.toHaveProperty('cancelOnDisconnect')
      expect(graces()).toEqual([60_000])
    })

    it('is replaced or left behind, its promise does not wait for ever', async () => {
      const first = asking.client.cancelOnDisconnect(60_000)
      const second = asking.client.cancelOnDisconnect(30_000)
      await first
      asking.client.close()
      await expect(second).rejects.toThrow('There is no connection')
    })
  })

  it('an alert that both connections bring is told once, whichever brings it, and whoever leads', async () => {
    const alert = { symbol: 'NOVA', op: 'above', price: '1.00', createdAt: 1, firedAt: 2, tradePrice: '1.01', epoch: 1 }
    const told: string[] = []
    rig.client.on('alert', ({ alertId }) => told.push(alertId))
    transportOf(0).tell('server.closing', { afterMs: 0, reason: 'deploy' })
    await rig.pass(0)
    rig.welcome(transportOf(1), { epoch: 2 })
    transportOf(0).tell('alert', { ...alert, alertId: 'A' })
    transportOf(1).tell('alert', { ...alert, alertId: 'A', epoch: 2 })
    transportOf(1).tell('alert', { ...alert, alertId: 'B' })
    expect(told).toEqual(['A', 'B'])
  })

  it('news that both connections bring is told once, whichever brings it, and not of a leader that leads no more', async () => {
    const news = { epoch: 1, time: 1, symbol: 'NOVA', headline: 'Trading in Novacore (NOVA) is halted', kind: 'halt' }
    const told: string[] = []
    rig.client.on('news', ({ id }) => told.push(id))
    transportOf(0).tell('server.closing', { afterMs: 0, reason: 'deploy' })
    await rig.pass(0)
    rig.welcome(transportOf(1))
    transportOf(1).tell('news', { ...news, id: 'A' })
    transportOf(0).tell('news', { ...news, id: 'A' })
    transportOf(0).tell('news', { ...news, id: 'B' })
    transportOf(1).tell('news', { ...news, id: 'B' })
    transportOf(1).tell('news', { ...news, id: 'C', epoch: 2 })
    transportOf(0).tell('news', { ...news, id: 'D' })
    expect(told).toEqual(['A', 'B', 'C'])
  })

  it('what the old connection does not answer is sent again on the new one, under its id', async () => {
    const asked = rig.client.ask('order.cancel', { orderId: 'o1' })
    transportOf(0).tell('server.closing', { afterMs: 0, reason: 'deploy' })
    await rig.pass(0)
    rig.welcome(transportOf(1))
    transportOf(0).end()
    transportOf(1).answer('order.cancel', { ok: true, data: {}, duplicate: true })
    await asked
    expect(transportOf(1).of('order.cancel')[0]?.payload).toEqual(transportOf(0).of('order.cancel')[0]?.payload)
    expect(new Set(phases)).toEqual(new Set(['live']))
  })

  it('a stream follows the old connection until the new one has given its snapshot, and never goes back', async () => {
    const times: number[] = []
    rig.client.subscribe({ channel: 'quotes' }, ({ time }) => times.push(time))
    await subscribed(transportOf(0), quotes(10))
    transportOf(0).tell('server.closing', { afterMs: 0, reason: 'deploy' })
    await rig.pass(0)
    transportOf(0).tell('quotes', quotes(20))
    rig.welcome(transportOf(1))
    await rig.pass(100)
    transportOf(0).tell('quotes', quotes(30))
    expect(transportOf(0).isClosed).toBe(false)
    // The new instance is a little behind.
    await subscribed(transportOf(1), quotes(25))
    transportOf(0).tell('quotes', quotes(31))
    transportOf(1).tell('quotes', quotes(29))
    transportOf(1).tell('quotes', quotes(35))
    expect(times).toEqual([10, 20, 30, 35])
    await rig.pass(50)
    expect(transportOf(0).isClosed).toBe(true)
  })

  it('and no other is to be had, the old connection is kept until it ends', async () => {
    transportOf(0).tell('server.closing', { afterMs: 0, reason: 'deploy' })
    await rig.pass(0)
    transportOf(1).end({ message: 'refused' })
    await rig.pass(5_000)
    expect(rig.transports).toHaveLength(3)
    expect(rig.client.isLive).toBe(true)
    expect(transportOf(0).isClosed).toBe(false)
    transportOf(0).end()
    expect(phases.at(-1)).toBe('reconnecting')
    rig.welcome(transportOf(2))
    expect(phases.at(-1)).toBe('live')
  })

  it('account frames of both are applied once, in order', async () => {
    rig.client.close()
    const account = { seq: 4, account: { id: 'A' }, positions: [], openOrders: [] }
    rig = new Simulated({ account: account as never })
    const seqs: number[] = []
    rig.client.on('account', ({ seq }) => seqs.push(seq))
    const frame = (seq: number) => ({ epoch: 1, seq, orders: [], fills: [], positions: [], balance: { id: 'A' } })
    rig.welcome(transportOf(0), { accountId: 'A', resumed: true })
    transportOf(0).tell('account', frame(5))
    transportOf(0).tell('server.closing', { afterMs: 0, reason: 'deploy' })
    await rig.pass(0)
    expect(transportOf(1).auth).toMatchObject({ resumeFrom: 5 })
    transportOf(0).tell('account', frame(6))
    rig.welcome(transportOf(1), { accountId: 'A', resumed: true })
    for (const seq of [6, 7]) transportOf(1).tell('account', frame(seq))
    transportOf(0).tell('account', frame(7))
    transportOf(1).tell('account', frame(8))
    expect(seqs).toEqual([5, 6, 7, 8])
    expect(transportOf(1).of('account')).toHaveLength(0)
  })
})

describe('a connection that is lost', () => {
  it('is made anew after a while that is drawn, from 0.2 to 5 s, and longer where the server says so', async () => {
    transportOf(0).end()
    await rig.clock.pass(299)
    expect(rig.transports).toHaveLength(1)
    await rig.clock.pass(1)
    expect(rig.transports).toHaveLength(2)
    transportOf(1).end({ code: 'RATE_LIMITED', message: 'too many', retryAfterMs: 20_000 })
    await rig.clock.pass(20_199)
    expect(rig.transports).toHaveLength(2)
    await rig.clock.pass(5_000)
    expect(rig.transports).toHaveLength(3)
  })

  it('says why, until it is back', async () => {
    const states: unknown[] = []
    rig.client.on('connection', (state) => states.push(state))
    transportOf(0).end({ code: 'RATE_LIMITED', message: 'too many' })
    await rig.clock.pass(10_000)
    expect(rig.transports.length).toBeGreaterThan(1)
    expect(states).toMatchObject([
      { phase: 'reconnecting', code: 'RATE_LIMITED', message: 'too many', nextTryAtMs: expect.any(Number) as number },
      { phase: 'reconnecting', code: 'RATE_LIMITED', message: 'too many' },
      { phase: 'reconnecting', message: 'nothing was heard' },
    ])
    expect(states[2]).not.toHaveProperty('code')
  })

  it('for a handshake of the wrong form is not tried again', async () => {
    transportOf(0).end({ code: 'INVALID', message: 'auth.cancelOnDisconnect: expected a whole number' })
    await rig.clock.pass(60_000)
    expect(rig.transports).toHaveLength(1)
    expect(rig.client.connection).toMatchObject({ phase: 'closed', code: 'INVALID' })
  })

  it.each([{ message: 'cut' }, { code: 'KEY_REVOKED', message: 'revoked' }])(
    'takes nothing more from those who hear of it: %o',
    async (end) => {
      const order = { symbol: 'NOVA', side: 'buy', type: 'market', qty: '1' } as const
      let asked: Promise<unknown> | undefined
      rig.client.on('connection', () => {
        asked ??= rig.client.ask('order.place', order)
      })
      transportOf(0).end(end)
      await expect(asked).rejects.toThrow('There is no connection')
    },
  )

  it('by the program is lost for good', async () => {
    rig.client.close()
    rig.client.retryNow()
    rig.client.reconnect()
    await rig.clock.pass(60_000)
    expect(rig.transports).toHaveLength(1)
    expect(rig.client.connection.phase).toBe('closed')
  })

  it('by silence of 5 s, whatever the clock of this machine does', async () => {
    await rig.pass(60_000)
    expect(rig.transports).toHaveLength(1)
    await rig.clock.pass(6_200)
    expect(rig.transports.length).toBeGreaterThan(1)
  })
})

describe('the status of the market', () => {
  it('is reported as open on the first connection too: a page may have been painted while it was not', () => {
    const told: string[] = []
    const first = new Simulated()
    first.client.on('status', ({ market }) => told.push(market))
    first.welcome()
    first.welcome()
    expect(told).toEqual(['open'])
    first.client.close()
  })
})

describe('an exchange that begins anew, with epochs from 1', () => {
  const epochs: number[] = []
  const beat = async (epoch: number, times: number) => {
    for (let counter = 0; counter < times; counter++) {
      rig.transport.tell('heartbeat', { time: rig.clock.now(), counter, epoch })
      rig.transport.tell('quotes', quotes(rig.clock.now(), epoch))
      await rig.clock.pass(1_000)
    }
  }
  beforeEach(async () => {
    epochs.length = 0
    rig.client.close()
    rig = new Simulated()
    rig.welcome(rig.transport, { epoch: 57, accountId: 'A' })
    rig.transport.answer('account', {
      ok: true,
      data: { seq: 900, account: { id: 'A' }, positions: [], openOrders: [] },
    })
    rig.client.subscribe({ channel: 'quotes' }, ({ epoch }) => epochs.push(epoch))
    await subscribed(rig.transport, quotes(10, 57))
    rig.transport.end()
    await rig.clock.pass(300)
    rig.welcome(rig.transport, { epoch: 1, accountId: 'A', resumed: true })
    await subscribed(rig.transport, quotes(rig.clock.now(), 1))
  })

  it('is believed after ten heartbeats, and followed from its beginning', async () => {
    const news: string[] = []
    rig.client.on('news', ({ id }) => news.push(id))
    await beat(1, 9)
    expect(epochs).toEqual([57])
    await beat(1, 1)
    await subscribed(rig.transport, quotes(rig.clock.now(), 1))
    rig.transport.answer('account', { ok: true, data: { seq: 3, account: { id: 'A' }, positions: [], openOrders: [] } })
    await beat(1, 2)
    expect(epochs).toEqual([57, 1, 1, 1, 1])
    expect(rig.client.account?.seq).toBe(3)
    rig.transport.tell('news', { epoch: 1, id: 'N' })
    expect(news).toEqual(['N'])
  })

  it('is not believed for a leader that is only late: its successor, or another of the past, is heard between', async () => {
    for (const epoch of [1, 57, 1, 2]) await beat(epoch, 9)
    expect(new Set(epochs)).toEqual(new Set([57]))
  })
})

describe('an account that the key may not read', () => {
  it('is asked for once a connection', async () => {
    rig.welcome(rig.transport, { accountId: 'A', scopes: ['trade'] })
    rig.transport.answer('account', refusal('FORBIDDEN'))
    await rig.pass(5_000)
    for (let counter = 0; counter < 5; counter++) {
      rig.transport.tell('heartbeat', { time: rig.clock.now(), counter, epoch: 1, accountSeq: 7 })
      rig.transport.tell('account', { epoch: 1, seq: counter })
      await rig.clock.pass(1_000)
    }
    expect(rig.transport.of('account')).toHaveLength(1)
    rig.transport.end()
    await rig.clock.pass(1_000)
    rig.welcome(rig.transport, { accountId: 'A', scopes: ['read', 'trade'] })
    expect(rig.transport.of('account')).toHaveLength(1)
  })
})

describe('a market that was degraded', () => {
  it('is open again on an instance that does not say otherwise', async () => {
    const told: string[] = []
    rig.client.on('status', ({ market }) => told.push(market))
    transportOf(0).tell('status', { epoch: 1, time: 1, market: 'degraded' })
    transportOf(0).end()
    await rig.clock.pass(300)
    rig.welcome(transportOf(1))
    expect(told).toEqual(['degraded', 'open'])
  })
})

describe('streams', () => {
  it('of one kind are asked for together on a new connection, those that were never answered alone', async () => {
    for (const symbol of ['NOVA', 'VLNT'])
      rig.client.subscribe({ channel: 'trades', symbols: [symbol] }, () => undefined)
    for (const sent of transportOf(0).of('subscribe')) sent.answer({ ok: true, data: [] })
    rig.client.subscribe({ channel: 'trades', symbols: ['NONE'] }, () => undefined)
    transportOf(0).answer('subscribe', refusal('NOT_FOUND'))
    transportOf(0).end()
    await rig.clock.pass(300)
    rig.welcome(transportOf(1))
    expect(transportOf(1).of('subscribe').map(({ payload }) => payload['symbols'])).toEqual([['NOVA', 'VLNT'], ['NONE']]) // prettier-ignore
  })

  it('that the server cannot give yet are asked for again', async () => {
    rig.client.subscribe({ channel: 'quotes' }, () => undefined)
    transportOf(0).answer('subscribe', refusal('UNAVAILABLE', { retryAfterMs: 1_000 }))
    await rig.pass(2_000)
    expect(transportOf(0).of('subscribe')).toHaveLength(2)
  })

  it('of trades tell each once', async () => {
    const ids: string[] = []
    const trades = (...some: number[]) => ({
      epoch: 1,
      symbol: 'NOVA',
      t: some.map((id) => [String(id), 1, 1, 1, 'buy']),
    })
    rig.client.subscribe({ channel: 'trades', symbols: ['NOVA'] }, ({ t }) => ids.push(...t.map(([id]) => id)))
    await subscribed(transportOf(0), [trades(8, 9, 10)])
    transportOf(0).tell('trades', trades(11))
    transportOf(0).end()
    await rig.clock.pass(300)
    rig.welcome(transportOf(1))
    await subscribed(transportOf(1), [trades(10, 11, 12)])
    expect(ids).toEqual(['8', '9', '10', '11', '12'])
  })

  it('of a book that keeps failing heal at once first, then ever later, that symbol alone', async () => {
    const bids = [[100, 5]] as [number, number][]
    const frame = (seq: number, checksum = bookChecksum(bids, [])) => ({
      ...{
        epoch: 1,
        type: 'snapshot',
        symbol: 'NOVA',
        depth: 10,
        seq,
        prevSeq: seq,
        time: seq,
        bids,
        asks: [],
        checksum,
      },
    })
    const seen: number[] = []
    await rig.pass(20_000)
    rig.client.book('NOVA', 10, ({ seq }) => seen.push(seq))
    await subscribed(transportOf(0), [frame(1)])
    const asked = () => transportOf(0).of('subscribe').length
    transportOf(0).tell('book', { ...frame(2, 1), type: 'update', prevSeq: 1 })
    expect(asked()).toBe(2)
    await subscribed(transportOf(0), [frame(3, 1)])
    expect(asked()).toBe(2)
    await rig.pass(300)
    expect(asked()).toBe(3)
    await subscribed(transportOf(0), [frame(4, 1)])
    await rig.pass(300)
    expect(asked()).toBe(3)
    await rig.pass(300)
    expect(asked()).toBe(4)
    await subscribed(transportOf(0), [frame(5)])
    expect(seen).toEqual([1, 5])
  })

  const quote = (symbol: string) => [symbol, 1, 1, 2, 1, 1]
  const unsubscribed = () => transportOf(0).of('unsubscribe').map(({ payload }) => payload['symbols']) // prettier-ignore
  const answerAll = () => {
    for (const { payload, answer } of transportOf(0).of('subscribe')) {
      const symbols = (payload['symbols'] as string[]).flatMap((one) => (one === '*' ? ['NOVA', 'VLNT', 'MERI'] : one))
      answer({ ok: true, data: { epoch: 1, time: 10, q: symbols.map(quote) } })
    }
  }

  it('of quotes give each listener the symbols it asked for, in one call a frame', () => {
    const told: Record<string, string[]> = { pair: [], single: [], all: [] }
    const note = (name: string) => (frame: { q: readonly (readonly [string, ...unknown[]])[] }) =>
      told[name]?.push(frame.q.map(([symbol]) => symbol).join('+'))
    rig.client.subscribe({ channel: 'quotes', symbols: ['NOVA', 'VLNT'] }, note('pair'))
    rig.client.subscribe({ channel: 'quotes', symbols: ['MERI'] }, note('single'))
    rig.client.subscribe({ channel: 'quotes' }, note('all'))
    answerAll()
    transportOf(0).tell('quotes', { epoch: 1, time: 20, q: ['NOVA', 'VLNT', 'MERI'].map(quote) })
    transportOf(0).tell('quotes', { epoch: 1, time: 30, q: ['VLNT'].map(quote) })
    expect(told).toEqual({
      pair: ['NOVA+VLNT', 'NOVA+VLNT', 'VLNT'],
      single: ['MERI', 'MERI'],
      all: ['NOVA+VLNT+MERI', 'NOVA+VLNT+MERI', 'VLNT'],
    })
  })

  it.each(['quotes', 'ticker'] as const)(
    'of %s that overlap are given up only where no other needs them',
    (channel) => {
      const stopAll = rig.client.subscribe({ channel }, () => undefined)
      const stopNova = rig.client.subscribe({ channel, symbols: ['NOVA'] }, () => undefined)
      const stopMeri = rig.client.subscribe({ channel, symbols: ['MERI'] }, () => undefined)
      answerAll()
      stopMeri()
      expect(unsubscribed()).toEqual([])
      stopAll()
      expect(unsubscribed()).toEqual([['*']])
      // The server has dropped them all.
      expect(transportOf(0).sent.at(-1)).toMatchObject({ event: 'subscribe', payload: { channel, symbols: ['NOVA'] } })
      stopNova()
      expect(unsubscribed()).toEqual([['*'], ['NOVA']])
    },
  )

  it('of quotes that share a symbol keep it until the last of them ends', () => {
    const stops = [
      ['NOVA', 'VLNT'],
      ['VLNT', 'MERI'],
    ].map((symbols) => rig.client.subscribe({ channel: 'quotes', symbols }, () => undefined))
    answerAll()
    for (const stop of stops) stop()
    expect(unsubscribed()).toEqual([['NOVA'], ['VLNT', 'MERI']])
  })

  it('that share a listener call it once for each', () => {
    let calls = 0
    const count = () => (calls += 1)
    const stop = rig.client.subscribe({ channel: 'quotes' }, count)
    rig.client.subscribe({ channel: 'quotes' }, count)
    answerAll()
    expect(calls).toBe(2)
    stop()
    transportOf(0).tell('quotes', { epoch: 1, time: 20, q: [quote('NOVA')] })
    expect(calls).toBe(3)
  })

  it('of a book are of the usual depth where none is named', async () => {
    const seqs: number[] = []
    rig.client.subscribe({ channel: 'book', symbols: ['NOVA'] }, ({ seq }) => seqs.push(seq))
    expect(transportOf(0).of('subscribe')[0]?.payload).toMatchObject({ channel: 'book', symbols: ['NOVA'], depth: 25 })
    const frame = { epoch: 1, symbol: 'NOVA', depth: 25, time: 1, bids: [], asks: [], checksum: bookChecksum([], []) }
    await subscribed(transportOf(0), [{ ...frame, type: 'snapshot', seq: 1, prevSeq: 1 }])
    transportOf(0).tell('book', { ...frame, type: 'update', seq: 2, prevSeq: 1 })
    expect(seqs).toEqual([1, 2])
  })

  it('that are refused say so, and are asked for again on the next connection', async () => {
    const refused: unknown[] = []
    rig.client.on('subscriptionRefused', ({ subscription, error }) => refused.push([subscription.symbols, error.code]))
    rig.client.subscribe({ channel: 'trades', symbols: ['NONE'] }, () => undefined)
    transportOf(0).answer('subscribe', refusal('UNAVAILABLE'))
    await rig.pass(1_000)
    transportOf(0).answer('subscribe', refusal('INVALID'))
    await rig.pass(60_000)
    expect(refused).toEqual([[['NONE'], 'INVALID']])
    expect(transportOf(0).of('subscribe')).toHaveLength(2)
    transportOf(0).end()
    await rig.clock.pass(300)
    rig.welcome(transportOf(1))
    expect(transportOf(1).of('subscribe')).toHaveLength(1)
  })
})
