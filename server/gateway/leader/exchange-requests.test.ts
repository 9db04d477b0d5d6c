import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type CommandBus, type CommandReply, type NewCommand, Unavailable } from '../../bus/commands.ts'
import type { PlaceOrderRequest } from '../../bus/exchange-request.ts'
import { contentHash, ExchangeRequests } from './exchange-requests.ts'

const order: PlaceOrderRequest = {
  event: 'order.place',
  account: 17,
  clientOrderId: 'a',
  symbol: 'VLNT',
  side: 'buy',
  type: 'limit',
  lots: 10,
  limitTicks: 100,
  timeInForce: 'gtc',
  postOnly: false,
  reduceOnly: false,
  selfTrade: 'cancel_maker',
  source: 'web',
  validUntilMs: 9e12,
}

let sent: NewCommand[] = []
let send: () => Promise<void> = () => Promise.resolve()
let receive: (reply: CommandReply) => void = () => undefined
let aheadMs = 0
const bus = {
  nowMs: () => Date.now() + aheadMs,
  send: (command: NewCommand) => {
    sent.push(command)
    return send()
  },
  onReply: (_gateway: string, receiver: (reply: CommandReply) => void) => (receive = receiver),
} as unknown as CommandBus
let exchange: ExchangeRequests
let isOpen = true

beforeEach(() => {
  vi.useFakeTimers()
  sent = []
  send = () => Promise.resolve()
  isOpen = true
  aheadMs = 0
  exchange = new ExchangeRequests({ bus, gateway: 'gw', isOpen: () => isOpen })
})
afterEach(async () => {
  const closing = exchange[Symbol.asyncDispose]()
  await vi.advanceTimersByTimeAsync(9_000)
  await closing
  vi.useRealTimers()
})

const ask = (more: Partial<PlaceOrderRequest> = {}) =>
  exchange.ask({ request: { ...order, ...more }, commandId: 'o:a', receivedAtMs: Date.now() })
const rateLimited = { ok: false, error: { code: 'RATE_LIMITED', message: '', outcome: 'not_executed' } } as const
/** A refusal that leaves the id free. */
const refuse = (index: number, epoch = 1) =>
  receive({ id: sent[index]!.id, epoch, answer: rateLimited, ofCopy: sent[index]!.copy! })
const replyTo = (index: number, epoch = 1) =>
  receive({ id: sent[index]!.id, epoch, answer: { ok: true, data: { epoch } } })

describe('a request', () => {
  test('is answered by its id', async () => {
    const [first, second] = [ask(), ask({ clientOrderId: 'b' })]
    replyTo(1)
    replyTo(0, 2)
    expect(await first).toEqual({ ok: true, data: { epoch: 2 } })
    expect(await second).toEqual({ ok: true, data: { epoch: 1 } })
    expect(sent[0]).toMatchObject({ gateway: 'gw', commandId: 'o:a', expiresAtMs: Date.now() + 3_500 })
  })
  test('is sent again, with a copy number, until it can no longer start; then it ends as TIMEOUT', async () => {
    const startMs = Date.now()
    const outcome = ask().catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(sent).toHaveLength(4)
    expect(new Set(sent.map((command) => JSON.stringify({ ...command, copy: 0 }))).size).toBe(1)
    expect(sent.map(({ copy }) => copy)).toEqual([1, 2, 3, 4])
    expect(await outcome).toMatchObject({ error: { code: 'TIMEOUT', outcome: 'unknown', finalAt: startMs + 3_500 } })
  })
  test('is not sent again while the queue advances, but is when a later request has been answered', async () => {
    const answers = ['a', 'b', 'c'].map((clientOrderId) => ask({ clientOrderId }))
    await vi.advanceTimersByTimeAsync(100)
    const last = ask({ clientOrderId: 'd' })
    await vi.advanceTimersByTimeAsync(800)
    replyTo(0)
    await vi.advanceTimersByTimeAsync(800)
    expect(sent).toHaveLength(4)
    replyTo(3)
    await vi.advanceTimersByTimeAsync(100)
    expect(sent.slice(4).map(({ id }) => id)).toEqual([sent[1]?.id, sent[2]?.id])
    replyTo(1)
    replyTo(2)
    await Promise.all([...answers, last])
  })
  test('is refused at once when more wait than the exchange can answer in time, unless it reduces risk', async () => {
    const waiting: Promise<unknown>[] = []
    const late = () => ask().catch((error: unknown) => error)
    // The exchange answers one request per 10 ms; four arrive.
    for (let ms = 0; ms < 4_000; ms += 10) {
      for (let i = 0; i < 4; i++) waiting.push(late())
      await vi.advanceTimersByTimeAsync(10)
      if (sent.length > ms / 10) replyTo(ms / 10)
    }
    for (let i = 0; i < 4; i++) waiting.push(late())
    const took = sent.length
    await expect(ask()).rejects.toThrow(/requests are already waiting/)
    expect(sent).toHaveLength(took)
    const out = exchange.ask({
      request: { event: 'order.cancelAll', account: 17 },
      commandId: 'r:out',
      receivedAtMs: Date.now(),
    })
    expect(sent).toHaveLength(took + 1)
    replyTo(took)
    await out
    expect(took).toBeLessThan(1_000)
    await vi.advanceTimersByTimeAsync(6_000)
    await Promise.all(waiting)
  })
  test('cannot begin after its validUntil', async () => {
    const validUntilMs = Date.now() + 2_000
    const outcome = ask({ validUntilMs }).catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await outcome).toMatchObject({ error: { finalAt: validUntilMs } })
  })
  test('that only reads and times out was not executed', async () => {
    const question = { request: { event: 'account', account: 17 }, receivedAtMs: Date.now() } as const
    const outcome = exchange.ask(question).catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await outcome).toMatchObject({ error: { code: 'TIMEOUT', outcome: 'not_executed' } })
    expect(sent[0]).not.toHaveProperty('commandId')
  })
  test('that the bus certainly did not accept is UNAVAILABLE at once', async () => {
    send = () => Promise.reject(new Unavailable('full'))
    await expect(ask()).rejects.toBeInstanceOf(Unavailable)
  })
  test('that the bus may have accepted keeps waiting', async () => {
    send = () => Promise.reject(new Error('the link was cut'))
    const answer = ask()
    await vi.advanceTimersByTimeAsync(10)
    replyTo(0)
    expect(await answer).toMatchObject({ ok: true })
  })
  test('may still be executed when the bus refuses only a later copy', async () => {
    const answer = ask()
    send = () => Promise.reject(new Unavailable('full'))
    await vi.advanceTimersByTimeAsync(1_500)
    replyTo(0)
    expect(await answer).toMatchObject({ ok: true })
  })
  test('that was sent again is no longer UNAVAILABLE, whatever happened to its first copy', async () => {
    const first = Promise.withResolvers<undefined>()
    send = () => first.promise
    const answer = ask()
    send = () => Promise.resolve()
    await vi.advanceTimersByTimeAsync(1_100)
    first.reject(new Unavailable('never written'))
    await vi.advanceTimersByTimeAsync(10)
    replyTo(1)
    expect(await answer).toMatchObject({ ok: true })
  })
  test('expires by the shared clock of all servers, and is final by the client’s', async () => {
    aheadMs = 700
    const startMs = Date.now()
    const outcome = ask({ validUntilMs: startMs + 2_000 }).catch((error: unknown) => error)
    expect(sent[0]).toMatchObject({ expiresAtMs: startMs + 4_200, request: { validUntilMs: startMs + 2_700 } })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await outcome).toMatchObject({ error: { finalAt: startMs + 2_000 } })
  })
  test('does not live longer when the shared clock is set back: each copy gets a new expiry', async () => {
    const startMs = Date.now()
    const outcome = ask({ validUntilMs: startMs + 2_000 }).catch((error: unknown) => error)
    aheadMs = -4_000
    exchange.resend()
    expect(sent[1]).toMatchObject({ expiresAtMs: startMs - 500, request: { validUntilMs: startMs - 2_000 } })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await outcome).toMatchObject({ error: { finalAt: startMs + 2_000 } })
  })
  describe('of a server whose clock is set back', () => {
    /** The other servers' clock continues. */
    const clockStep = (ms: number) => {
      vi.setSystemTime(Date.now() - ms)
      aheadMs += ms
    }
    const validUntilOf = (index: number) => (sent[index]?.request as PlaceOrderRequest | undefined)?.validUntilMs

    test('does not live longer, and is answered in time', async () => {
      const startMs = Date.now()
      const outcome = ask({ validUntilMs: startMs + 2_000 }).catch((error: unknown) => error)
      clockStep(3_000)
      await vi.advanceTimersByTimeAsync(1_100)
      expect(sent).toHaveLength(2)
      expect(sent[1]).toMatchObject({ expiresAtMs: startMs + 3_500, request: { validUntilMs: startMs + 2_000 } })
      await vi.advanceTimersByTimeAsync(3_800)
      expect(sent).toHaveLength(4)
      expect(await outcome).toMatchObject({ error: { code: 'TIMEOUT', finalAt: startMs + 2_000 } })
    })
    test('does not live longer when its client dated it before the step and it arrived after it', async () => {
      const validUntilMs = Date.now() + 2_000
      clockStep(3_000)
      const outcome = ask({ validUntilMs }).catch((error: unknown) => error)
      expect(Math.abs(validUntilOf(0)! - validUntilMs)).toBeLessThanOrEqual(1)
      await vi.advanceTimersByTimeAsync(5_000)
      expect(await outcome).toMatchObject({ error: { code: 'TIMEOUT' } })
    })
    test('lives as long as its client says once the client knows the new time', async () => {
      clockStep(3_000)
      await vi.advanceTimersByTimeAsync(61_000)
      const validUntilMs = Date.now() + 2_000
      const outcome = ask({ validUntilMs }).catch((error: unknown) => error)
      expect(Math.abs(validUntilOf(0)! - (validUntilMs + 3_000))).toBeLessThanOrEqual(1)
      await vi.advanceTimersByTimeAsync(5_000)
      await outcome
    })
  })
  test('is sent again at once when the link is restored, unless it can no longer start', async () => {
    const answer = ask()
    exchange.resend()
    expect(sent).toHaveLength(2)
    expect(sent[1]).toEqual({ ...sent[0], copy: 2 })
    await vi.advanceTimersByTimeAsync(3_600)
    const count = sent.length
    exchange.resend()
    expect(sent).toHaveLength(count)
    replyTo(0)
    expect(await answer).toMatchObject({ ok: true })
  })
  test('is sent again at once to a new leader', async () => {
    exchange.sawEpoch(3)
    const answer = ask()
    exchange.sawEpoch(3)
    expect(sent).toHaveLength(1)
    exchange.sawEpoch(4)
    expect(sent).toHaveLength(2)
    replyTo(0, 3)
    replyTo(1, 4)
    expect(await answer).toMatchObject({ data: { epoch: 4 } })
  })
  test('whose first copy was refused waits for the later copies: another leader may accept them', async () => {
    const answer = ask()
    await vi.advanceTimersByTimeAsync(1_100)
    expect(sent).toHaveLength(2)
    refuse(0)
    replyTo(1, 2)
    expect(await answer).toEqual({ ok: true, data: { epoch: 2 } })
  })
  test('is refused once its last copy is, because that refusal holds for all earlier copies', async () => {
    const answer = ask()
    await vi.advanceTimersByTimeAsync(1_100)
    refuse(1)
    expect(await answer).toEqual(rateLimited)
  })
  test('may have been executed if a later copy is never answered', async () => {
    const outcome = ask().catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(1_100)
    refuse(0)
    await vi.advanceTimersByTimeAsync(4_000)
    expect(sent).toHaveLength(2)
    expect(await outcome).toMatchObject({ error: { code: 'TIMEOUT', outcome: 'unknown' } })
  })
  test('is refused at once by a leader of an earlier version, which does not count copies', async () => {
    const answer = ask()
    await vi.advanceTimersByTimeAsync(1_100)
    receive({ id: sent[0]!.id, epoch: 1, answer: rateLimited })
    expect(await answer).toEqual(rateLimited)
  })
  test('is not answered by a leader that has been replaced', async () => {
    const newer = ask()
    replyTo(0, 5)
    await newer
    const answer = ask({ clientOrderId: 'b' })
    replyTo(1, 4)
    await vi.advanceTimersByTimeAsync(1_100)
    replyTo(2, 5)
    expect(await answer).toEqual({ ok: true, data: { epoch: 5 } })
  })
})

test('the content hash ignores validity, source and the order of fields', () => {
  const { tag, ...backwards } = Object.fromEntries(Object.entries({ ...order, tag: undefined }).reverse()) as never as {
    tag: undefined
  } & PlaceOrderRequest
  expect(tag).toBeUndefined()
  expect(contentHash(backwards)).toBe(contentHash(order))
  expect(contentHash({ ...order, validUntilMs: 1, source: 'api' })).toBe(contentHash(order))
  expect(contentHash({ ...order, lots: 11 })).not.toBe(contentHash(order))
  expect(contentHash(order)).toMatch(/^[0-9a-f]{64}$/)
  const stopLoss = { stopTicks: 9, limitTicks: 8, timeInForce: 'gtc' } as const
  const otherwise = { timeInForce: 'gtc', limitTicks: 8, stopTicks: 9 } as const
  expect(contentHash({ ...order, stopLoss })).toBe(contentHash({ ...order, stopLoss: otherwise }))
  expect(contentHash({ ...order, stopLoss })).not.toBe(contentHash(order))
  expect(contentHash({ ...order, stopLoss: { ...stopLoss, limitTicks: 7 } })).not.toBe(
    contentHash({ ...order, stopLoss }),
  )
})

test('while the exchange is not open, a request is refused at once and never sent', async () => {
  isOpen = false
  const asked = exchange.ask({ request: order, commandId: 'o:a', receivedAtMs: Date.now() })
  await expect(asked).rejects.toBeInstanceOf(Unavailable)
  expect(sent).toEqual([])
})
