import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bookChecksum } from '../protocol/book-checksum.ts'
import { ANSWER_MS_MAX, SYMBOLS_DEFAULT } from '../protocol/limits.ts'
import { refusal, Simulated } from './simulated.fixture.ts'

let rig: Simulated

beforeEach(() => {
  rig = new Simulated({}, () => 0.5)
  rig.welcome()
})
afterEach(() => rig.client.close())

describe('streams', () => {
  it('of one kind are requested together on a new connection, except those that were never answered', async () => {
    for (const symbol of ['NOVA', 'VLNT'])
      rig.client.subscribe({ channel: 'trades', symbols: [symbol] }, () => undefined)
    for (const sent of rig.transportAt(0).of('subscribe')) sent.answer({ ok: true, data: [] })
    rig.client.subscribe({ channel: 'trades', symbols: ['NONE'] }, () => undefined)
    rig.transportAt(0).answer('subscribe', refusal('NOT_FOUND'))
    rig.transportAt(0).end()
    await rig.clock.pass(300)
    rig.welcome(rig.transportAt(1))
    expect(rig.transportAt(1).of('subscribe').map(({ payload }) => payload['symbols'])).toEqual([['NOVA', 'VLNT'], ['NONE']]) // prettier-ignore
  })

  it('are given up while paused, except the kept ones, and start again from a snapshot', async () => {
    const heard: [string, number][] = []
    const listener = (name: string) => (frame: { readonly time: number }) => heard.push([name, frame.time])
    rig.client.subscribe({ channel: 'quotes' }, listener('all'))
    rig.client.subscribe({ channel: 'quotes', symbols: ['NOVA'] }, listener('kept'), { isKept: true })
    const stopTrades = rig.client.subscribe({ channel: 'trades', symbols: ['NOVA'] }, () => undefined)
    rig.client.book('NOVA', 10, () => undefined)
    const quote = (time: number) => ({ epoch: 1, time, q: [['NOVA', time, 1, time, 1, time]] })
    const [server] = [rig.transportAt(0)]
    for (const sent of server.of('subscribe')) {
      sent.answer({ ok: true, data: sent.payload['channel'] === 'quotes' ? quote(1) : [] })
    }
    heard.length = 0
    let resumed = 0
    rig.client.on('streamsResumed', () => resumed++)

    rig.client.pauseStreams()
    expect(server.of('unsubscribe').map(({ payload }) => payload['channel'])).toEqual(['quotes', 'trades', 'book'])
    // On the server "*" took the kept one with it.
    expect(server.sent.at(-1)?.event).toBe('unsubscribe')
    const again = server.of('subscribe').slice(4)
    expect(again.map(({ payload }) => payload['symbols'])).toEqual([['NOVA']])
    again[0]?.answer({ ok: true, data: quote(2) })
    server.tell('quotes', quote(3))
    expect(heard).toEqual([['kept', 2], ['kept', 3]]) // prettier-ignore

    // What is subscribed or ended meanwhile is neither asked for nor given up.
    rig.client.subscribe({ channel: 'candles', symbols: ['NOVA'], interval: '1m' }, () => undefined)
    stopTrades()
    expect(server.of('subscribe')).toHaveLength(5)
    expect(server.of('unsubscribe')).toHaveLength(3)

    let isCurrent = false
    const current = rig.client.caughtUp().then(() => (isCurrent = true))
    rig.client.resumeStreams()
    expect(resumed).toBe(1)
    const asked = server.of('subscribe').slice(5)
    expect(asked.map(({ payload }) => payload['channel'])).toEqual(['quotes', 'book', 'candles'])
    asked[0]?.answer({ ok: true, data: quote(9) })
    asked[1]?.answer({ ok: true, data: [] })
    await rig.clock.pass(0)
    expect(isCurrent).toBe(false)
    asked[2]?.answer(refusal('NOT_FOUND'))
    await current
    expect(heard.slice(2)).toContainEqual(['all', 9])
  })

  it('that somebody needs kept continue while the others are paused', () => {
    rig.client.subscribe({ channel: 'trades', symbols: ['NOVA'] }, () => undefined)
    rig.client.subscribe({ channel: 'trades', symbols: ['NOVA'] }, () => undefined, { isKept: true })
    rig.client.pauseStreams()
    expect(rig.transportAt(0).of('unsubscribe')).toEqual([])
  })

  it('that begin without a connection are asked for on the next', async () => {
    rig.transportAt(0).end()
    rig.client.subscribe({ channel: 'quotes' }, () => undefined)
    await rig.clock.pass(300)
    rig.welcome(rig.transportAt(1))
    expect(rig.transportAt(1).of('subscribe')).toHaveLength(1)
  })

  it('that are not paused are not asked for by resuming', async () => {
    rig.client.subscribe({ channel: 'quotes' }, () => undefined)
    await rig.subscribed(rig.transportAt(0), { epoch: 1, time: 1, q: [] })
    rig.client.resumeStreams()
    expect(rig.transportAt(0).of('subscribe')).toHaveLength(1)
  })

  it.each([
    [SYMBOLS_DEFAULT, 1, {}],
    [SYMBOLS_DEFAULT + 1, 2, {}],
    [SYMBOLS_DEFAULT, 5, { symbols: 40 }],
  ])('of %i symbols are asked for again in requests that the server takes: %i', async (count, requests, limits) => {
    for (let number = 0; number < count; number++) {
      rig.client.subscribe({ channel: 'trades', symbols: [`S${number}`] }, () => undefined)
    }
    for (const sent of rig.transportAt(0).of('subscribe')) sent.answer({ ok: true, data: [] })
    rig.transportAt(0).end()
    await rig.clock.pass(300)
    rig.welcome(rig.transportAt(1), { limits })
    const asked = rig.transportAt(1).of('subscribe').map(({ payload }) => payload['symbols'] as string[]) // prettier-ignore
    expect(asked).toHaveLength(requests)
    expect(new Set(asked.flat()).size).toBe(count)
  })

  it('that the server has not answered are asked for again, no sooner than it must have answered', async () => {
    rig.client.subscribe({ channel: 'quotes' }, () => undefined)
    await rig.pass(ANSWER_MS_MAX)
    expect(rig.transportAt(0).of('subscribe')).toHaveLength(1)
    await rig.pass(2_000)
    expect(rig.transportAt(0).of('subscribe')).toHaveLength(2)
  })

  it('hear only of their own symbol and interval', () => {
    const heard: string[] = []
    const bar = (symbol: string, interval: string) => ({
      ...{ epoch: 1, time: 2, symbol, interval },
      candle: [60, '1', '1', '1', '1', '1', 1],
    })
    for (const [symbol, interval] of [
      ['NOVA', '1m'],
      ['NOVA', '1h'],
      ['VLNT', '1m'],
    ] as const)
      // prettier-ignore
      rig.client.subscribe({ channel: 'candles', symbols: [symbol], interval }, () =>
        heard.push(`${symbol} ${interval}`),
      )
    for (const sent of rig.transportAt(0).of('subscribe')) sent.answer({ ok: true, data: [] })
    rig.transportAt(0).tell('candle', bar('NOVA', '1m'))
    rig.transportAt(0).tell('candle', bar('NOVA', '1h'))
    rig.transportAt(0).tell('candle', bar('VLNT', '1m'))
    expect(heard).toEqual(['NOVA 1m', 'NOVA 1h', 'VLNT 1m'])
  })

  it('whose depth changes are waited for only while they were behind', async () => {
    rig.client.book('NOVA', 10, () => undefined)
    await rig.subscribed(rig.transportAt(0), [])
    rig.client.book('NOVA', 25, () => undefined)
    await rig.client.caughtUp()

    rig.transportAt(0).end()
    await rig.clock.pass(300)
    rig.welcome(rig.transportAt(1))
    rig.client.book('NOVA', 10, () => undefined)
    let isCurrent = false
    const current = rig.client.caughtUp().then(() => (isCurrent = true))
    await rig.clock.pass(0)
    expect(isCurrent).toBe(false)
    await rig.subscribed(rig.transportAt(1), [])
    await current
  })

  it('that are paused are not asked for on a new connection', async () => {
    rig.client.subscribe({ channel: 'quotes' }, () => undefined)
    rig.client.subscribe({ channel: 'ticker', symbols: ['NOVA'] }, () => undefined, { isKept: true })
    rig.client.pauseStreams()
    rig.transportAt(0).end()
    await rig.clock.pass(300)
    rig.welcome(rig.transportAt(1))
    expect(
      rig
        .transportAt(1)
        .of('subscribe')
        .map(({ payload }) => payload['channel']),
    ).toEqual(['ticker'])
    rig.client.resumeStreams()
    expect(
      rig
        .transportAt(1)
        .of('subscribe')
        .map(({ payload }) => payload['channel']),
    ).toEqual(['ticker', 'quotes'])
  })

  it('have caught up after a reconnect once each was answered', async () => {
    rig.client.subscribe({ channel: 'quotes' }, () => undefined)
    await rig.subscribed(rig.transportAt(0), { epoch: 1, time: 1, q: [] })
    rig.transportAt(0).end()
    let isCurrent = false
    const current = rig.client.caughtUp().then(() => (isCurrent = true))
    await rig.clock.pass(300)
    rig.welcome(rig.transportAt(1))
    await rig.clock.pass(0)
    expect(isCurrent).toBe(false)
    await rig.subscribed(rig.transportAt(1), { epoch: 1, time: 2, q: [] })
    await current
  })

  it('that the server cannot provide yet are requested again', async () => {
    rig.client.subscribe({ channel: 'quotes' }, () => undefined)
    rig.transportAt(0).answer('subscribe', refusal('UNAVAILABLE', { retryAfterMs: 1_000 }))
    await rig.pass(2_000)
    expect(rig.transportAt(0).of('subscribe')).toHaveLength(2)
  })

  it('of trades report each once', async () => {
    const ids: string[] = []
    const trades = (...some: number[]) => ({
      epoch: 1,
      symbol: 'NOVA',
      t: some.map((id) => [String(id), 1, 1, 1, 'buy']),
    })
    rig.client.subscribe({ channel: 'trades', symbols: ['NOVA'] }, ({ t }) => ids.push(...t.map(([id]) => id)))
    await rig.subscribed(rig.transportAt(0), [trades(8, 9, 10)])
    rig.transportAt(0).tell('trades', trades(11))
    rig.transportAt(0).end()
    await rig.clock.pass(300)
    rig.welcome(rig.transportAt(1))
    await rig.subscribed(rig.transportAt(1), [trades(10, 11, 12)])
    expect(ids).toEqual(['8', '9', '10', '11', '12'])
  })

  it('of trades report that there are none, but no later frame without news', async () => {
    const reported: number[] = []
    rig.client.subscribe({ channel: 'trades', symbols: ['NOVA'] }, ({ t }) => reported.push(t.length))
    const frame = (...ids: string[]) => ({ epoch: 1, symbol: 'NOVA', t: ids.map((id) => [id, 1, 1, 1, 'buy']) })
    await rig.subscribed(rig.transportAt(0), [frame()])
    expect(reported).toEqual([0])
    rig.transportAt(0).tell('trades', frame('1', '2'))
    rig.transportAt(0).tell('trades', frame('1', '2'))
    rig.transportAt(0).tell('trades', frame())
    expect(reported).toEqual([0, 2])
  })

  it('of a book that keeps failing are repaired at once first, then later and later, for that symbol alone', async () => {
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
    const seen: (number | 'gap')[] = []
    await rig.pass(20_000)
    rig.client.book(
      'NOVA',
      10,
      ({ seq }) => seen.push(seq),
      () => seen.push('gap'),
    )
    await rig.subscribed(rig.transportAt(0), [frame(1)])
    const asked = () => rig.transportAt(0).of('subscribe').length
    rig.transportAt(0).tell('book', { ...frame(2, 1), type: 'update', prevSeq: 1 })
    expect(asked()).toBe(2)
    await rig.subscribed(rig.transportAt(0), [frame(3, 1)])
    expect(asked()).toBe(2)
    await rig.pass(300)
    expect(asked()).toBe(3)
    await rig.subscribed(rig.transportAt(0), [frame(4, 1)])
    await rig.pass(300)
    expect(asked()).toBe(3)
    await rig.pass(300)
    expect(asked()).toBe(4)
    await rig.subscribed(rig.transportAt(0), [frame(5)])
    expect(seen).toEqual([1, 'gap', 'gap', 'gap', 5])
  })

  const quote = (symbol: string) => [symbol, 1, 1, 2, 1, 1]
  const unsubscribed = () => rig.transportAt(0).of('unsubscribe').map(({ payload }) => payload['symbols']) // prettier-ignore
  const answerAll = () => {
    for (const { payload, answer } of rig.transportAt(0).of('subscribe')) {
      const symbols = (payload['symbols'] as string[]).flatMap((one) => (one === '*' ? ['NOVA', 'VLNT', 'MERI'] : one))
      answer({ ok: true, data: { epoch: 1, time: 10, q: symbols.map(quote) } })
    }
  }

  it('of quotes give each listener the symbols it asked for, in one call per frame', () => {
    const reported: Record<string, string[]> = { pair: [], single: [], all: [] }
    const note = (name: string) => (frame: { q: readonly (readonly [string, ...unknown[]])[] }) =>
      reported[name]?.push(frame.q.map(([symbol]) => symbol).join('+'))
    rig.client.subscribe({ channel: 'quotes', symbols: ['NOVA', 'VLNT'] }, note('pair'))
    rig.client.subscribe({ channel: 'quotes', symbols: ['MERI'] }, note('single'))
    rig.client.subscribe({ channel: 'quotes' }, note('all'))
    answerAll()
    rig.transportAt(0).tell('quotes', { epoch: 1, time: 20, q: ['NOVA', 'VLNT', 'MERI'].map(quote) })
    rig.transportAt(0).tell('quotes', { epoch: 1, time: 30, q: ['VLNT'].map(quote) })
    expect(reported).toEqual({
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
      expect(rig.transportAt(0).sent.at(-1)).toMatchObject({
        event: 'subscribe',
        payload: { channel, symbols: ['NOVA'] },
      })
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

  it('that share a listener call it once each', () => {
    let calls = 0
    const count = () => (calls += 1)
    const stop = rig.client.subscribe({ channel: 'quotes' }, count)
    rig.client.subscribe({ channel: 'quotes' }, count)
    answerAll()
    expect(calls).toBe(2)
    stop()
    rig.transportAt(0).tell('quotes', { epoch: 1, time: 20, q: [quote('NOVA')] })
    expect(calls).toBe(3)
  })

  it('of a book have the default depth if none is given', async () => {
    const seqs: number[] = []
    rig.client.subscribe({ channel: 'book', symbols: ['NOVA'] }, ({ seq }) => seqs.push(seq))
    expect(rig.transportAt(0).of('subscribe')[0]?.payload).toMatchObject({
      channel: 'book',
      symbols: ['NOVA'],
      depth: 25,
    })
    const frame = { epoch: 1, symbol: 'NOVA', depth: 25, time: 1, bids: [], asks: [], checksum: bookChecksum([], []) }
    await rig.subscribed(rig.transportAt(0), [{ ...frame, type: 'snapshot', seq: 1, prevSeq: 1 }])
    rig.transportAt(0).tell('book', { ...frame, type: 'update', seq: 2, prevSeq: 1 })
    expect(seqs).toEqual([1, 2])
  })

  it('that are refused report it, and are requested again on the next connection', async () => {
    const refused: unknown[] = []
    rig.client.on('subscriptionRefused', ({ subscription, error }) => refused.push([subscription.symbols, error.code]))
    rig.client.subscribe({ channel: 'trades', symbols: ['NONE'] }, () => undefined)
    rig.transportAt(0).answer('subscribe', refusal('UNAVAILABLE'))
    await rig.pass(1_000)
    rig.transportAt(0).answer('subscribe', refusal('INVALID'))
    await rig.pass(60_000)
    expect(refused).toEqual([[['NONE'], 'INVALID']])
    expect(rig.transportAt(0).of('subscribe')).toHaveLength(2)
    rig.transportAt(0).end()
    await rig.clock.pass(300)
    rig.welcome(rig.transportAt(1))
    expect(rig.transportAt(1).of('subscribe')).toHaveLength(1)
  })
})
