import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Answer } from '../protocol/events.ts'
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
/** The link breaks, and the next one is welcomed. */
async function reconnect(): Promise<void> {
  rig.link.end()
  await rig.clock.pass(1_000)
  rig.welcome()
  await rig.pass(0)
}
const answer = async (event: string, given: Answer) => {
  rig.link.answer(event, given)
  await rig.pass(0)
}

beforeEach(() => {
  rig = new Simulated()
  rig.welcome()
})
afterEach(() => rig.client.close())

describe('a request that is followed', () => {
  it('says by what, each time it is sent, and is followed to its answer; one that reads is not', async () => {
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
    expect(rig.links.flatMap((link) => link.of('order.place')).map((sent) => sent.trace)).toEqual([trace, trace])
    expect(followed).toEqual(['order.place begins'])
    await answer('order.place', { ok: true, data: placed })
    expect(outcome.value).toEqual(placed)
    expect(followed).toEqual(['order.place begins', 'order.place ends'])

    watch(rig.client.ask('orders', {}))
    await rig.pass(0)
    expect(rig.link.of('orders').map((sent) => sent.trace)).toEqual([undefined])
    expect(followed).toHaveLength(2)
  })
})

describe('an order', () => {
  it('that was refused before anyone saw a copy of it is certainly refused', async () => {
    for (const refused of ['INVALID', 'RATE_LIMITED', 'REQUEST_EXPIRED', 'INSUFFICIENT_FUNDS', 'UNAUTHENTICATED']) {
      place()
      await answer('order.place', refusal(refused))
      expect(code()).toBe(refused)
    }
  })

  it('is sent again while the exchange is UNAVAILABLE, as long as it is valid, and refused then', async () => {
    place()
    await answer('order.place', refusal('UNAVAILABLE', { retryAfterMs: 1_000 }))
    await rig.pass(1_000)
    expect(rig.link.of('order.place')).toHaveLength(2)
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
    expect(new Set(rig.link.of('order.place').map(({ payload }) => payload['validUntil'])).size).toBe(2)
  })

  it.each(['UNAVAILABLE', 'RATE_LIMITED', 'UNAUTHENTICATED', 'FORBIDDEN', 'INVALID', 'REQUEST_EXPIRED', 'NOT_FOUND'])(
    'whose first copy was lost is not called refused for a %s of the second: the first may have been executed',
    async (refused) => {
      place()
      await reconnect()
      expect(rig.link.of('order.place')).toHaveLength(1)
      await answer('order.place', refusal(refused))
      expect(outcome).toEqual({})
      await rig.pass(500)
      await answer('order.place', { ok: true, data: placed, duplicate: true })
      expect(outcome.value).toEqual(placed)
    },
  )

  it('that timed out is not called refused for an UNAVAILABLE after it', async () => {
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

  it('whose two copies are out at once is not called refused for the second alone', async () => {
    watch(rig.client.ask('order.place', { ...order, validUntil: rig.clock.now() + 30_000 }))
    await rig.pass(7_000)
    expect(rig.link.of('order.place')).toHaveLength(2)
    await answer('order.place', refusal('UNAVAILABLE'))
    expect(outcome).toEqual({})
    rig.link.of('order.place')[0]?.answer({ ok: true, data: placed })
    await rig.pass(0)
    expect(outcome.value).toEqual(placed)
  })

  it('whose first copy was lost is refused by what the exchange recorded', async () => {
    for (const recorded of [refusal('INSUFFICIENT_FUNDS'), { ...refusal('INTERNAL'), duplicate: true as const }]) {
      place()
      await reconnect()
      await answer('order.place', recorded)
      expect(outcome.error).toBeInstanceOf(RequestRefused)
    }
  })

  it('is looked up after finalAt: unknown then is certain, refused is refused, and found is found', async () => {
    const lose = async () => {
      place()
      const id = rig.link.of('order.place').at(-1)?.payload['clientOrderId']
      await answer('order.place', refusal('INTERNAL', { outcome: 'unknown', finalAt: rig.clock.now() + 3_500 }))
      for (let tries = 0; tries < 20 && rig.link.of('order.get').at(-1)?.payload['clientOrderId'] !== id; tries++) {
        await rig.pass(500)
        await answer('order.place', refusal('UNAVAILABLE'))
      }
      expect(outcome).toEqual({})
    }
    await lose()
    await answer('order.get', refusal('UNAVAILABLE'))
    expect(outcome).toEqual({})
    await rig.pass(1_000)
    await answer('order.get', refusal('NOT_FOUND'))
    expect(code()).toBe('UNAVAILABLE')
    await lose()
    await answer('order.get', { ok: true, data: { status: 'rejected', rejectCode: 'PRICE_BAND' } })
    expect(code()).toBe('PRICE_BAND')
    await lose()
    await answer('order.get', { ok: true, data: placed })
    expect(outcome.value).toEqual(placed)
  })

  it('is not looked up before it is final', async () => {
    place()
    await reconnect()
    for (let passed = 0; passed < 4_500; passed += 500) {
      await answer('order.place', refusal('UNAVAILABLE'))
      await rig.pass(500)
    }
    expect(rig.link.of('order.get')).toHaveLength(0)
  })

  it('of which nothing is heard for a minute is unknown', async () => {
    place()
    await rig.pass(70_000)
    expect(outcome.error).toBeInstanceOf(OutcomeUnknownError)
  })
})

describe('a request that is no order', () => {
  it('whose copy was lost is sent again until what is answered holds for all of them', async () => {
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

  it('that only reads is asked again on the next link, and refused as it is answered', async () => {
    watch(rig.client.ask('instruments', {}))
    await reconnect()
    await answer('instruments', refusal('UNAVAILABLE'))
    expect(code()).toBe('UNAVAILABLE')
  })
})

describe('a client that is closed', () => {
  it('says of each request what is known of it', async () => {
    place()
    rig.client.close()
    await rig.pass(0)
    expect(outcome.error).toBeInstanceOf(OutcomeUnknownError)
    place()
    await rig.pass(0)
    expect(outcome.error).toBeInstanceOf(NotConnectedError)
  })

  it('leaves the certain refusal of one that was to be tried again', async () => {
    place()
    await answer('order.place', refusal('UNAVAILABLE', { retryAfterMs: 1_000 }))
    rig.client.close()
    await rig.pass(0)
    expect(code()).toBe('UNAVAILABLE')
  })
})
