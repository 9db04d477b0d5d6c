import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Answer } from '../protocol/events.ts'
import { ORDER_VALID_MS } from '../protocol/limits.ts'
import type { RequestName } from '../protocol/requests.ts'
import { NotConnectedError, OutcomeUnknownError, RequestRefused } from './errors.ts'
import { refusal, Simulated } from './simulated.fixture.ts'

const order = { symbol: 'NOVA', side: 'buy', type: 'market', qty: '5' } as const
const placed = { orderId: 'o1', status: 'filled' }

let rig: Simulated
let outcome: { value?: unknown; error?: unknown }

/** Asks, and notes how it ends. */
function watch(promise: Promise<unknown>): void {
  outcome = {}
  promise.then(
    (value) => (outcome.value = value),
    (error: unknown) => (outcome.error = error),
  )
}
const place = () => watch(rig.client.ask('order.place', order))
const code = () => (outcome.error instanceof RequestRefused ? outcome.error.error.code : undefined)
/** The connection breaks, and the next one is welcomed. */
async function reconnect(afterMs = 1_000): Promise<void> {
  rig.transport.end()
  await rig.clock.pass(afterMs)
  while (rig.transport.isClosed) await rig.clock.pass(100)
  rig.welcome()
  await rig.pass(0)
}
/** Before a request that is held back is sent again. */
const reconnectSoon = () => reconnect(300)
const answer = async (event: string, given: Answer) => {
  rig.transport.answer(event, given)
  await rig.pass(0)
}

beforeEach(() => {
  rig = new Simulated()
  rig.welcome()
})
afterEach(() => rig.client.close())

describe('a traced request', () => {
  it('carries its trace each time it is sent, and is traced to its answer; one that only reads is not', async () => {
    const trace = { sentry: `${'a'.repeat(32)}-${'b'.repeat(16)}-1` }
    const followed: string[] = []
    rig.client.close()
    rig = new Simulated({}, undefined, {
      follow: async (name, send) => {
        followed.push(`${name} begins`)
        return send(trace).finally(() => followed.push(`${name} ends`))
      },
    })
    rig.welcome()
    place()
    await reconnect()
    expect(rig.transports.flatMap((transport) => transport.of('order.place')).map((sent) => sent.trace)).toEqual([
      trace,
      trace,
    ])
    expect(followed).toEqual(['order.place begins'])
    await answer('order.place', { ok: true, data: placed })
    expect(outcome.value).toEqual(placed)
    expect(followed).toEqual(['order.place begins', 'order.place ends'])

    watch(rig.client.ask('orders', {}))
    await rig.pass(0)
    expect(rig.transport.of('orders').map((sent) => sent.trace)).toEqual([undefined])
    expect(followed).toHaveLength(2)
  })
})

describe('the rate limit', () => {
  it('is reported with each answer that carries it, before the request settles', async () => {
    const heard: unknown[] = []
    rig.client.on('rate', (rate) => heard.push(rate))
    watch(rig.client.ask('order.cancel', { orderId: 'o1' }).then(() => heard.push('settled')))
    await answer('order.cancel', { ok: true, data: placed, rate: { remaining: 199, resetMs: 10 } })
    expect(heard).toEqual([{ request: 'order.cancel', remaining: 199, resetMs: 10 }, 'settled'])
    place()
    await answer('order.place', { ...refusal('RATE_LIMITED'), rate: { remaining: 0, resetMs: 2_000 } })
    expect(code()).toBe('RATE_LIMITED')
    expect(heard.slice(2)).toEqual([{ request: 'order.place', remaining: 0, resetMs: 2_000 }])
  })
})

describe('an order', () => {
  it('that was refused before any copy of it was received is certainly refused', async () => {
    for (const refused of ['INVALID', 'RATE_LIMITED', 'REQUEST_EXPIRED', 'INSUFFICIENT_FUNDS', 'UNAUTHENTICATED']) {
      place()
      await answer('order.place', refusal(refused))
      expect(code()).toBe(refused)
    }
  })

  it('is sent again while the exchange is UNAVAILABLE, as long as it is valid, and is then refused', async () => {
    place()
    await answer('order.place', refusal('UNAVAILABLE', { retryAfterMs: 1_000 }))
    await rig.pass(1_000)
    expect(rig.transport.of('order.place')).toHaveLength(2)
    await answer('order.place', { ok: true, data: placed })
    expect(outcome.value).toEqual(placed)

    place()
    const firstSentAt = rig.clock.now()
    while (outcome.error === undefined) {
      await answer('order.place', refusal('UNAVAILABLE', { retryAfterMs: 1_000 }))
      await rig.pass(1_000)
    }
    expect(code()).toBe('UNAVAILABLE')
    expect(rig.clock.now() - firstSentAt).toBeLessThanOrEqual(6_000)
    expect(new Set(rig.transport.of('order.place').map(({ payload }) => payload['validUntil'])).size).toBe(2)
  })

  it('is sent again when the exchange says so, but after half a second at the earliest', async () => {
    place()
    await answer('order.place', refusal('UNAVAILABLE', { retryAfterMs: 1_000 }))
    await rig.pass(999)
    expect(rig.transport.of('order.place')).toHaveLength(1)
    await rig.pass(1)
    await answer('order.place', refusal('UNAVAILABLE', { retryAfterMs: 1 }))
    await rig.pass(499)
    expect(rig.transport.of('order.place')).toHaveLength(2)
    await rig.pass(1)
    expect(rig.transport.of('order.place')).toHaveLength(3)
  })

  it('is refused at once if it would no longer be valid when sent again', async () => {
    place()
    await answer('order.place', refusal('UNAVAILABLE', { retryAfterMs: ORDER_VALID_MS }))
    expect(code()).toBe('UNAVAILABLE')
  })

  it('that was answered is not sent again on the next connection', async () => {
    for (const given of [{ ok: true, data: placed } as const, refusal('INVALID')]) {
      place()
      await answer('order.place', given)
      await reconnect()
      expect(rig.transport.sent).toEqual([])
    }
  })

  it('that two connections in a row were lost with is held back from the third for a while', async () => {
    place()
    for (const copies of [1, 0]) {
      await reconnectSoon()
      expect(rig.transport.of('order.place')).toHaveLength(copies)
    }
    await rig.pass(1_000)
    expect(rig.transport.of('order.place')).toHaveLength(1)
  })

  it('is not held back if it was answered between two losses', async () => {
    place()
    await reconnect()
    await answer('order.place', refusal('UNAVAILABLE'))
    await rig.pass(500)
    await reconnectSoon()
    expect(rig.transport.of('order.place')).toHaveLength(1)
  })

  it.each(['UNAVAILABLE', 'RATE_LIMITED', 'UNAUTHENTICATED', 'FORBIDDEN', 'INVALID', 'REQUEST_EXPIRED', 'NOT_FOUND'])(
    'whose first copy was lost is not called refused for a %s of the second: the first may have been executed',
    async (refused) => {
      place()
      await reconnect()
      expect(rig.transport.of('order.place')).toHaveLength(1)
      await answer('order.place', refusal(refused))
      expect(outcome).toEqual({})
      await rig.pass(500)
      await answer('order.place', { ok: true, data: placed, duplicate: true })
      expect(outcome.value).toEqual(placed)
    },
  )

  it('that timed out is not reported as refused because of a later UNAVAILABLE', async () => {
    place()
    const finalAt = rig.clock.now() + 3_500
    await answer('order.place', refusal('TIMEOUT', { outcome: 'unknown', finalAt }))
    await rig.pass(500)
    await answer('order.place', refusal('UNAVAILABLE'))
    await rig.pass(8_000)
    expect(outcome).toEqual({})
    await answer('order.get', { ok: true, data: placed })
    expect(outcome.value).toEqual(placed)
  })

  it('with two copies in flight is not reported as refused because of the second alone', async () => {
    watch(rig.client.ask('order.place', { ...order, validUntil: rig.clock.now() + 30_000 }))
    await rig.pass(7_000)
    expect(rig.transport.of('order.place')).toHaveLength(2)
    await answer('order.place', refusal('UNAVAILABLE'))
    expect(outcome).toEqual({})
    rig.transport.of('order.place')[0]?.answer({ ok: true, data: placed })
    await rig.pass(0)
    expect(outcome.value).toEqual(placed)
  })

  it('whose first copy was lost is refused by the recorded outcome', async () => {
    for (const recorded of [refusal('INSUFFICIENT_FUNDS'), { ...refusal('INTERNAL'), duplicate: true as const }]) {
      place()
      await reconnect()
      await answer('order.place', recorded)
      expect(outcome.error).toBeInstanceOf(RequestRefused)
    }
  })

  it('is looked up after finalAt: if it is not found it was not executed, otherwise the stored outcome holds', async () => {
    const lose = async () => {
      place()
      const id = rig.transport.of('order.place').at(-1)?.payload['clientOrderId']
      await answer('order.place', refusal('INTERNAL', { outcome: 'unknown', finalAt: rig.clock.now() + 3_500 }))
      for (
        let tries = 0;
        tries < 20 && rig.transport.of('order.get').at(-1)?.payload['clientOrderId'] !== id;
        tries++
      ) {
        await rig.pass(500)
        await answer('order.place', refusal('UNAVAILABLE'))
      }
      expect(outcome).toEqual({})
    }
    await lose()
    const lookups = rig.transport.of('order.get').length
    await answer('order.get', refusal('UNAVAILABLE', { retryAfterMs: 2_000 }))
    expect(outcome).toEqual({})
    await rig.pass(1_999)
    expect(rig.transport.of('order.get')).toHaveLength(lookups)
    await rig.pass(1)
    await answer('order.get', refusal('NOT_FOUND'))
    expect(code()).toBe('UNAVAILABLE')
    await lose()
    await answer('order.get', { ok: true, data: { status: 'rejected', rejectCode: 'PRICE_BAND' } })
    expect(code()).toBe('PRICE_BAND')
    await lose()
    await answer('order.get', { ok: true, data: placed })
    expect(outcome.value).toEqual(placed)
    await reconnect()
    expect(rig.transport.sent).toEqual([])
  })

  it('that is only previewed is given an id too', async () => {
    watch(rig.client.ask('order.preview', order))
    await answer('order.preview', { ok: true, data: {} })
    expect(rig.transport.of('order.preview')[0]?.payload).toMatchObject({ ...order, clientOrderId: 'id-1' })
  })

  it('is not looked up before it is final', async () => {
    place()
    await reconnect()
    for (let passed = 0; passed < 4_500; passed += 500) {
      await answer('order.place', refusal('UNAVAILABLE'))
      await rig.pass(500)
    }
    expect(rig.transport.of('order.get')).toHaveLength(0)
  })

  it('without an answer for a minute has an unknown outcome', async () => {
    place()
    await rig.pass(70_000)
    expect(outcome.error).toBeInstanceOf(OutcomeUnknownError)
  })
})

describe('a request other than an order', () => {
  it('whose copy was lost is sent again until an answer holds for all copies', async () => {
    watch(rig.client.ask('order.cancel', { orderId: 'o1' }))
    await reconnect()
    await answer('order.cancel', refusal('NOT_FOUND'))
    expect(outcome).toEqual({})
    for (let passed = 0; passed < 7_000; passed += 500) {
      await rig.pass(500)
      await answer('order.cancel', refusal('UNAVAILABLE'))
    }
    expect(outcome).toEqual({})
    await rig.pass(500)
    await answer('order.cancel', refusal('NOT_FOUND'))
    expect(code()).toBe('NOT_FOUND')
  })

  it('that only reads is sent again on the next connection, and a refusal is final', async () => {
    watch(rig.client.ask('order.get', { orderId: 'o1' }))
    await reconnect()
    await answer('order.get', refusal('NOT_FOUND'))
    expect(code()).toBe('NOT_FOUND')
  })

  it('that only reads is sent again for 5 s while the exchange is UNAVAILABLE', async () => {
    watch(rig.client.ask('instruments', {}))
    await answer('instruments', refusal('UNAVAILABLE', { retryAfterMs: 200 }))
    expect(outcome).toEqual({})
    await rig.pass(500)
    await answer('instruments', { ok: true, data: [] })
    expect(outcome.value).toEqual([])

    const askedAt = rig.clock.now()
    watch(rig.client.ask('instruments', {}))
    while (outcome.error === undefined) {
      await answer('instruments', refusal('UNAVAILABLE'))
      await rig.pass(500)
    }
    expect(code()).toBe('UNAVAILABLE')
    expect(rig.clock.now() - askedAt).toBeLessThanOrEqual(5_500)
  })
})

describe('a change that the market could have overtaken', () => {
  const close = (more: { validUntil?: number } = {}) =>
    watch(rig.client.ask('position.close', { symbol: 'NOVA', ...more }))
  const sent = () => rig.transports.flatMap((transport) => transport.of('position.close'))
  const tooOld = refusal('INVALID', { field: 'validUntil' })

  it.each([
    ['order.amend', { orderId: 'o1', limitPrice: '9' }],
    ['position.close', { symbol: 'NOVA' }],
    ['position.protect', { symbol: 'NOVA', stopLoss: { stopPrice: '9' } }],
  ] as const)('%s carries the validUntil of its first copy in each', async (name, payload) => {
    const validUntil = rig.clock.now() + ORDER_VALID_MS
    watch(rig.client.ask(name, payload))
    await reconnect(40_000)
    const copies = rig.transports.flatMap((transport) => transport.of(name))
    expect(copies.map((copy) => copy.payload['validUntil'])).toEqual([validUntil, validUntil])
  })

  it('is certainly not executed if it arrives for the first time after a cut line', async () => {
    close()
    await reconnect(40_000)
    await answer('position.close', refusal('REQUEST_EXPIRED'))
    expect(code()).toBe('REQUEST_EXPIRED')
  })

  it('may still be executed by the first copy if the second expired just now', async () => {
    close()
    await reconnect(5_500)
    await answer('position.close', refusal('REQUEST_EXPIRED'))
    expect(outcome).toEqual({})
    await rig.pass(1_000)
    await answer('position.close', { ok: true, data: placed, duplicate: true })
    expect(outcome.value).toEqual(placed)
  })

  it('is sent without validUntil to a server of an earlier version, which refuses it, but only if the client added it', async () => {
    close()
    await answer('position.close', tooOld)
    expect(sent().map(({ payload }) => 'validUntil' in payload)).toEqual([true, false])
    await answer('position.close', { ok: true, data: placed })
    expect(outcome.value).toEqual(placed)
    close({ validUntil: 1 })
    await answer('position.close', tooOld)
    expect(code()).toBe('INVALID')
    expect(sent()).toHaveLength(3)
  })
})

describe('a request that breaks every connection it is sent on', () => {
  /** The server drops whoever sends it, as soon as it has come, and answers all else. @returns how many it dropped */
  async function serve(ms: number, culprit: RequestName, others: Partial<Record<RequestName, Answer>> = {}) {
    const endMs = rig.clock.now() + ms
    let drops = 0
    while (rig.clock.now() < endMs) {
      await rig.pass(20)
      const { transport } = rig
      if (transport.isClosed) continue
      if (transport.of(culprit).length > 0) {
        transport.end()
        drops += 1
      } else if (rig.client.isLive) for (const [event, given] of Object.entries(others)) transport.answer(event, given)
      else rig.welcome()
    }
    return drops
  }
  const setTooMuch = () => rig.client.ask('preferences.set', { key: 'z', value: 'x' })

  it('has an unknown outcome after a minute, and is sent less and less often until then', async () => {
    watch(setTooMuch())
    expect(await serve(59_900, 'preferences.set')).toBeLessThan(10)
    expect(outcome).toEqual({})
    await serve(200, 'preferences.set')
    expect(outcome.error).toBeInstanceOf(OutcomeUnknownError)
    expect(await serve(60_000, 'preferences.set')).toBe(0)
    expect(rig.client.isLive).toBe(true)
  })

  it('is refused after 14 s if it only reads', async () => {
    watch(rig.client.ask('candles', { symbol: 'NOVA', interval: '1m' }))
    await serve(13_900, 'candles')
    expect(outcome).toEqual({})
    await serve(200, 'candles')
    expect(code()).toBe('TIMEOUT')
  })

  it('is looked up as soon as any other if it is an order', async () => {
    place()
    await serve(10_000, 'order.place', { 'order.get': refusal('NOT_FOUND') })
    expect(code()).toBe('REQUEST_EXPIRED')
  })

  it('does not affect others: they are sent again at other times', async () => {
    rig.client.close()
    let draws = 0
    const spread = () => {
      draws = (draws + 0.37) % 1
      return draws
    }
    rig = new Simulated({}, spread)
    rig.welcome()
    setTooMuch().catch(() => undefined)
    watch(rig.client.ask('order.cancel', { orderId: 'o1' }))
    await serve(10_000, 'preferences.set', { 'order.cancel': { ok: true, data: placed } })
    expect(outcome.value).toEqual(placed)
  })
})

describe('a reconnect as another user, after a sign-in in another tab', () => {
  const comeBackAs = async (more: object) => {
    rig.transport.end()
    await rig.clock.pass(1_000)
    rig.welcome(rig.transport, more)
    await rig.pass(0)
  }
  beforeEach(() => rig.welcome(rig.transport, { accountId: 'A' }))

  it('sends no order of the previous user; the outcome of those is unknown', async () => {
    place()
    await comeBackAs({ accountId: 'B' })
    await rig.pass(10_000)
    expect(rig.transport.of('order.place')).toEqual([])
    expect(rig.transport.of('order.get')).toEqual([])
    expect(outcome.error).toBeInstanceOf(OutcomeUnknownError)
  })

  it('nor after a while without a user', async () => {
    place()
    await comeBackAs({})
    await comeBackAs({ accountId: 'B' })
    await rig.pass(10_000)
    expect(rig.transport.of('order.place')).toEqual([])
    expect(outcome.error).toBeInstanceOf(OutcomeUnknownError)
  })

  it('sends the order of a user who is back after a while without one', async () => {
    place()
    await comeBackAs({})
    await comeBackAs({ accountId: 'A' })
    await rig.pass(2_000)
    expect(rig.transport.of('order.place')).toHaveLength(1)
  })

  it('sends waiting requests that only read, and new orders of its own account', async () => {
    watch(rig.client.ask('instruments', {}))
    await comeBackAs({ accountId: 'B' })
    await answer('instruments', { ok: true, data: [] })
    expect(outcome.value).toEqual([])
    place()
    await comeBackAs({ accountId: 'B' })
    expect(rig.transport.of('order.place')).toHaveLength(1)
  })
})

describe('closing a client', () => {
  it('settles each request with what is known about it', async () => {
    place()
    rig.client.close()
    await rig.pass(0)
    expect(outcome.error).toBeInstanceOf(OutcomeUnknownError)
    place()
    await rig.pass(0)
    expect(outcome.error).toBeInstanceOf(NotConnectedError)
  })

  it('rejects one that was about to be retried with its refusal', async () => {
    place()
    await answer('order.place', refusal('UNAVAILABLE', { retryAfterMs: 1_000 }))
    rig.client.close()
    await rig.pass(0)
    expect(code()).toBe('UNAVAILABLE')
  })
})
