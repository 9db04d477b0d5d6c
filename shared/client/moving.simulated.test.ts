import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { refusal, Simulated } from './simulated.fixture.ts'

let rig: Simulated
let phases: string[]

const quotes = (time: number, epoch = 1) => ({ epoch, time, q: [] })

beforeEach(() => {
  rig = new Simulated({}, () => 0.5)
  phases = []
  rig.client.on('connection', ({ phase }) => phases.push(phase))
  rig.welcome()
})
afterEach(() => rig.client.close())

describe('when an instance shuts down', () => {
  it('the next connection is opened first, at the time the server chose, and the old one closed when it is no longer needed', async () => {
    rig.transportAt(0).tell('server.closing', { afterMs: 300, reason: 'deploy' })
    await rig.pass(299)
    expect(rig.transports).toHaveLength(1)
    await rig.pass(1)
    expect(rig.transports).toHaveLength(2)
    expect(rig.transportAt(0).isClosed).toBe(false)
    rig.welcome(rig.transportAt(1))
    await rig.pass(50)
    expect(rig.transportAt(0).isClosed).toBe(true)
    expect(rig.transportAt(1).isClosed).toBe(false)
    expect(new Set(phases)).toEqual(new Set(['live']))
    expect(rig.client.connection).toMatchObject({ instanceId: 'i-1' })
  })

  it('requests sent on the old connection are answered there, and new ones use the new connection', async () => {
    const first = rig.client.ask('order.cancel', { orderId: 'o1' })
    rig.transportAt(0).tell('server.closing', { afterMs: 0, reason: 'deploy' })
    await rig.pass(0)
    rig.welcome(rig.transportAt(1))
    const second = rig.client.ask('order.cancel', { orderId: 'o2' })
    await rig.pass(1_000)
    expect(rig.transportAt(0).isClosed).toBe(false)
    rig.transportAt(0).answer('order.cancel', { ok: true, data: { orderId: 'o1' } })
    rig.transportAt(1).answer('order.cancel', { ok: true, data: { orderId: 'o2' } })
    expect([await first, await second]).toEqual([{ orderId: 'o1' }, { orderId: 'o2' }])
    await rig.pass(50)
    expect(rig.transportAt(0).isClosed).toBe(true)
    expect(rig.transportAt(1).of('order.cancel')).toHaveLength(1)
  })

  it('the old connection is closed when it has answered, whatever the new one is still asked', async () => {
    const [first, second] = [{ orderId: 'o1' }, { orderId: 'o2' }]
    void rig.client.ask('order.cancel', first)
    rig.transportAt(0).tell('server.closing', { afterMs: 0, reason: 'deploy' })
    await rig.pass(0)
    rig.welcome(rig.transportAt(1))
    await rig.pass(1_000)
    expect(rig.transportAt(0).isClosed).toBe(false)
    const answered = rig.client.ask('order.cancel', second)
    rig.transportAt(0).answer('order.cancel', { ok: true, data: first })
    await rig.pass(50)
    expect(rig.transportAt(0).isClosed).toBe(true)
    rig.transportAt(1).answer('order.cancel', { ok: true, data: second })
    expect(await answered).toEqual(second)
  })

  it('a request that has been sent again on the new connection can still be answered on the old one', async () => {
    const asked = rig.client.ask('order.cancel', { orderId: 'o1' })
    await rig.pass(6_000)
    rig.transportAt(0).tell('server.closing', { afterMs: 0, reason: 'deploy' })
    await rig.pass(0)
    rig.welcome(rig.transportAt(1))
    await rig.pass(2_000)
    expect(rig.transportAt(1).of('order.cancel')).toHaveLength(1)
    expect(rig.transportAt(0).isClosed).toBe(false)
    rig.transportAt(0).answer('order.cancel', { ok: true, data: { orderId: 'o1' } })
    expect(await asked).toEqual({ orderId: 'o1' })
  })

  it('a request that waits to be sent again does not keep the old connection open', async () => {
    void rig.client.ask('order.cancel', { orderId: 'o1' }).catch(() => undefined)
    rig.transportAt(0).answer('order.cancel', refusal('UNAVAILABLE', { retryAfterMs: 3_000 }))
    rig.transportAt(0).tell('server.closing', { afterMs: 0, reason: 'deploy' })
    await rig.pass(0)
    rig.client.subscribe({ channel: 'quotes' }, () => undefined)
    rig.welcome(rig.transportAt(1))
    await rig.subscribed(rig.transportAt(1), quotes(1))
    await rig.pass(50)
    expect(rig.transportAt(0).isClosed).toBe(true)
  })

  it('an alert that arrives on both connections is reported once, whichever brings it and whoever leads', async () => {
    const alert = { symbol: 'NOVA', op: 'above', price: '1.00', createdAt: 1, firedAt: 2, tradePrice: '1.01', epoch: 1 }
    const reported: string[] = []
    rig.client.on('alert', ({ alertId }) => reported.push(alertId))
    rig.transportAt(0).tell('server.closing', { afterMs: 0, reason: 'deploy' })
    await rig.pass(0)
    rig.welcome(rig.transportAt(1), { epoch: 2 })
    rig.transportAt(0).tell('alert', { ...alert, alertId: 'A' })
    rig.transportAt(1).tell('alert', { ...alert, alertId: 'A', epoch: 2 })
    rig.transportAt(1).tell('alert', { ...alert, alertId: 'B' })
    expect(reported).toEqual(['A', 'B'])
  })

  it('news that arrives on both connections is reported once, and none from a replaced leader', async () => {
    const news = { epoch: 1, time: 1, symbol: 'NOVA', headline: 'Trading in Novacore (NOVA) is halted', kind: 'halt' }
    const reported: string[] = []
    rig.client.on('news', ({ id }) => reported.push(id))
    rig.transportAt(0).tell('server.closing', { afterMs: 0, reason: 'deploy' })
    await rig.pass(0)
    rig.welcome(rig.transportAt(1))
    rig.transportAt(1).tell('news', { ...news, id: 'A' })
    rig.transportAt(0).tell('news', { ...news, id: 'A' })
    rig.transportAt(0).tell('news', { ...news, id: 'B' })
    rig.transportAt(1).tell('news', { ...news, id: 'B' })
    rig.transportAt(1).tell('news', { ...news, id: 'C', epoch: 2 })
    rig.transportAt(0).tell('news', { ...news, id: 'D' })
    expect(reported).toEqual(['A', 'B', 'C'])
  })

  it('a request that the old connection does not answer is sent again on the new one, under the same id', async () => {
    const asked = rig.client.ask('order.cancel', { orderId: 'o1' })
    rig.transportAt(0).tell('server.closing', { afterMs: 0, reason: 'deploy' })
    await rig.pass(0)
    rig.welcome(rig.transportAt(1))
    rig.transportAt(0).end()
    rig.transportAt(1).answer('order.cancel', { ok: true, data: {}, duplicate: true })
    await asked
    expect(rig.transportAt(1).of('order.cancel')[0]?.payload).toEqual(rig.transportAt(0).of('order.cancel')[0]?.payload)
    expect(new Set(phases)).toEqual(new Set(['live']))
  })

  it('a stream follows the old connection until the new one has given its snapshot, and never goes back', async () => {
    const times: number[] = []
    rig.client.subscribe({ channel: 'quotes' }, ({ time }) => times.push(time))
    await rig.subscribed(rig.transportAt(0), quotes(10))
    rig.transportAt(0).tell('server.closing', { afterMs: 0, reason: 'deploy' })
    await rig.pass(0)
    rig.transportAt(0).tell('quotes', quotes(20))
    rig.welcome(rig.transportAt(1))
    await rig.pass(100)
    rig.transportAt(0).tell('quotes', quotes(30))
    expect(rig.transportAt(0).isClosed).toBe(false)
    // The new instance is a little behind.
    await rig.subscribed(rig.transportAt(1), quotes(25))
    rig.transportAt(0).tell('quotes', quotes(31))
    rig.transportAt(1).tell('quotes', quotes(29))
    rig.transportAt(1).tell('quotes', quotes(35))
    expect(times).toEqual([10, 20, 30, 35])
    await rig.pass(50)
    expect(rig.transportAt(0).isClosed).toBe(true)
  })

  it('and there is no other, the old connection is kept until it ends', async () => {
    rig.transportAt(0).tell('server.closing', { afterMs: 0, reason: 'deploy' })
    await rig.pass(0)
    rig.transportAt(1).end({ message: 'refused' })
    await rig.pass(5_000)
    expect(rig.transports).toHaveLength(3)
    expect(rig.client.isLive).toBe(true)
    expect(rig.transportAt(0).isClosed).toBe(false)
    rig.transportAt(0).end()
    expect(phases.at(-1)).toBe('reconnecting')
    rig.welcome(rig.transportAt(2))
    expect(phases.at(-1)).toBe('live')
  })

  it('account frames of both connections are applied once, in order', async () => {
    rig.client.close()
    const account = { seq: 4, account: { id: 'A' }, positions: [], openOrders: [] }
    rig = new Simulated({ account: account as never })
    const seqs: number[] = []
    rig.client.on('account', ({ seq }) => seqs.push(seq))
    const frame = (seq: number) => ({ epoch: 1, seq, orders: [], fills: [], positions: [], balance: { id: 'A' } })
    rig.welcome(rig.transportAt(0), { accountId: 'A', resumed: true })
    rig.transportAt(0).tell('account', frame(5))
    rig.transportAt(0).tell('server.closing', { afterMs: 0, reason: 'deploy' })
    await rig.pass(0)
    expect(rig.transportAt(1).auth).toMatchObject({ resumeFrom: 5 })
    rig.transportAt(0).tell('account', frame(6))
    rig.welcome(rig.transportAt(1), { accountId: 'A', resumed: true })
    for (const seq of [6, 7]) rig.transportAt(1).tell('account', frame(seq))
    rig.transportAt(0).tell('account', frame(7))
    rig.transportAt(1).tell('account', frame(8))
    expect(seqs).toEqual([5, 6, 7, 8])
    expect(rig.transportAt(1).of('account')).toHaveLength(0)
  })
})

describe('a connection that is lost', () => {
  it('is reopened after a random delay of 0.2 to 5 s, or longer if the server says so', async () => {
    rig.transportAt(0).end()
    await rig.clock.pass(299)
    expect(rig.transports).toHaveLength(1)
    await rig.clock.pass(1)
    expect(rig.transports).toHaveLength(2)
    rig.transportAt(1).end({ code: 'RATE_LIMITED', message: 'too many', retryAfterMs: 20_000 })
    await rig.clock.pass(20_199)
    expect(rig.transports).toHaveLength(2)
    await rig.clock.pass(5_000)
    expect(rig.transports).toHaveLength(3)
  })

  it('reports why, until it is back', async () => {
    const states: unknown[] = []
    rig.client.on('connection', (state) => states.push(state))
    rig.transportAt(0).end({ code: 'RATE_LIMITED', message: 'too many' })
    await rig.clock.pass(10_000)
    expect(rig.transports.length).toBeGreaterThan(1)
    expect(states).toMatchObject([
      { phase: 'reconnecting', code: 'RATE_LIMITED', message: 'too many', nextTryAtMs: expect.any(Number) as number },
      { phase: 'reconnecting', code: 'RATE_LIMITED', message: 'too many' },
      { phase: 'reconnecting', message: 'nothing was heard' },
    ])
    expect(states[2]).not.toHaveProperty('code')
  })

  it('because of an invalid handshake is not retried', async () => {
    rig.transportAt(0).end({ code: 'INVALID', message: 'auth.cancelOnDisconnect: expected a whole number' })
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
      rig.transportAt(0).end(end)
      await expect(asked).rejects.toThrow('There is no connection')
    },
  )

  it('by the program is not reopened', async () => {
    rig.client.close()
    rig.client.retryNow()
    rig.client.reconnect()
    await rig.clock.pass(60_000)
    expect(rig.transports).toHaveLength(1)
    expect(rig.client.connection.phase).toBe('closed')
  })

  it('is detected after 5 s of silence, whatever the clock of this machine does', async () => {
    await rig.pass(60_000)
    expect(rig.transports).toHaveLength(1)
    await rig.clock.pass(6_200)
    expect(rig.transports.length).toBeGreaterThan(1)
  })

  it('counts from the last message, not from when the silence was noticed', async () => {
    rig.transport.tell('heartbeat', { time: rig.clock.now(), counter: 1, epoch: 1 })
    const heardAtMs = rig.clock.now()
    await rig.clock.pass(6_200)
    expect(rig.client.connection).toMatchObject({ phase: 'reconnecting', sinceMs: heardAtMs })
    await rig.clock.pass(20_000)
    expect(rig.client.connection).toMatchObject({ phase: 'reconnecting', sinceMs: heardAtMs })
  })
})

describe('the status of the market', () => {
  it('is reported as open on the first connection too: a page may have been rendered while it was not', () => {
    const reported: string[] = []
    const first = new Simulated()
    first.client.on('status', ({ market }) => reported.push(market))
    first.welcome()
    first.welcome()
    expect(reported).toEqual(['open'])
    first.client.close()
  })
})

describe('an exchange that starts over, with epochs from 1', () => {
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
    await rig.subscribed(rig.transport, quotes(10, 57))
    rig.transport.end()
    await rig.clock.pass(300)
    rig.welcome(rig.transport, { epoch: 1, accountId: 'A', resumed: true })
    await rig.subscribed(rig.transport, quotes(rig.clock.now(), 1))
  })

  it('is accepted after ten heartbeats, and followed from its beginning', async () => {
    const news: string[] = []
    rig.client.on('news', ({ id }) => news.push(id))
    await beat(1, 9)
    expect(epochs).toEqual([57])
    await beat(1, 1)
    await rig.subscribed(rig.transport, quotes(rig.clock.now(), 1))
    rig.transport.answer('account', { ok: true, data: { seq: 3, account: { id: 'A' }, positions: [], openOrders: [] } })
    await beat(1, 2)
    expect(epochs).toEqual([57, 1, 1, 1, 1])
    expect(rig.client.account?.seq).toBe(3)
    rig.transport.tell('news', { epoch: 1, id: 'N' })
    expect(news).toEqual(['N'])
  })

  it('is not assumed for a late message of a former leader: other epochs arrive in between', async () => {
    for (const epoch of [1, 57, 1, 2]) await beat(epoch, 9)
    expect(new Set(epochs)).toEqual(new Set([57]))
  })
})

describe('an account that the key may not read', () => {
  it('is requested once per connection', async () => {
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
  it('is open again on an instance that does not report otherwise', async () => {
    const reported: string[] = []
    rig.client.on('status', ({ market }) => reported.push(market))
    rig.transportAt(0).tell('status', { epoch: 1, time: 1, market: 'degraded' })
    rig.transportAt(0).end()
    await rig.clock.pass(300)
    rig.welcome(rig.transportAt(1))
    expect(reported).toEqual(['degraded', 'open'])
  })
})
