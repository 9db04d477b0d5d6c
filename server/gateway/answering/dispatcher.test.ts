import type { Answer } from '@valiant/shared/protocol/events'
import { type PayloadOf, REQUESTS, type RequestName } from '@valiant/shared/protocol/requests'
import { pino } from 'pino'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Unavailable } from '../../bus/commands.ts'
import { Dispatcher } from './dispatcher.ts'
import type { Requester } from '../requests/request.ts'
import { failure } from './wire-error.ts'

const list = { status: 'open', symbol: 'VLNT', from: 1, to: 2, cursor: 'c', limit: 3 } as const
const one = { orderId: 'a', clientOrderId: 'b' }
const order: Required<PayloadOf<'order.place'>> = {
  ...{ clientOrderId: 'a', symbol: 'VLNT', side: 'buy', type: 'limit', qty: '1', notional: '1', limitPrice: '1' },
  ...{ stopPrice: '1', trailAmount: '1', trailPercent: '1', timeInForce: 'gtc', expireAt: 1, postOnly: true },
  ...{ reduceOnly: true, takeProfit: { limitPrice: '1' }, stopLoss: { stopPrice: '1' }, selfTrade: 'cancel_both' },
  ...{ validUntil: 1, tag: 't' },
}
const requestId = 'r'
const dated = { validUntil: 1, requestId }
const exits = { takeProfit: { limitPrice: '1' }, stopLoss: { stopPrice: '1' } }

/** A payload of each request, with every field that it can have. */
const PAYLOADS: { readonly [Name in RequestName]: Required<PayloadOf<Name>> } = {
  time: {},
  instruments: {},
  subscribe: { channel: 'book', symbols: ['VLNT'], interval: '1m', depth: 10 },
  unsubscribe: { channel: 'book', symbols: ['VLNT'], interval: '1m', depth: 10 },
  candles: { symbol: 'VLNT', interval: '1m', from: 1, to: 2, limit: 3 },
  trades: { symbol: 'VLNT', fromId: '1', limit: 2 },
  sparklines: { points: 3 },
  news: { symbol: 'VLNT', cursor: 'c', limit: 2 },
  'order.place': order,
  'order.preview': order,
  'order.amend': { ...one, qty: '1', limitPrice: '1', stopPrice: '1', trailAmount: '1', trailPercent: '1', ...dated },
  'order.cancel': { ...one, requestId },
  'order.cancelAll': { symbol: 'VLNT', side: 'buy', requestId },
  'order.get': one,
  'position.close': { symbol: 'VLNT', qty: '1', ...dated },
  'position.protect': { symbol: 'VLNT', qty: '1', ...exits, ...dated },
  cancelAfter: { timeoutMs: 1_000, symbols: ['VLNT'], keepProtective: true, requestId },
  cancelOnDisconnect: { graceMs: 1_000 },
  account: {},
  'account.update': { name: 'n', mode: 'margin', requestId },
  'account.deposit': { amount: '1', requestId },
  'account.withdraw': { amount: '1', requestId },
  'account.reset': { startingCash: '1', requestId },
  accounts: {},
  'accounts.create': { name: 'n', startingCash: '1', mode: 'cash', requestId },
  orders: list,
  fills: list,
  ledger: { ...list, kind: 'fee' },
  realized: { from: 1, cursor: 'a' },
  equity: { from: 1, to: 2, interval: '1m' },
  'preferences.get': { key: 'a' },
  'preferences.set': { key: 'a', value: { any: 'JSON' }, requestId },
  'alert.create': { symbol: 'VLNT', op: 'above', price: '1', note: 'n', requestId },
  'alert.list': {},
  'alert.delete': { alertId: 'a', requestId },
}
const NAMES = Object.keys(PAYLOADS) as RequestName[]

const nobody: Requester = {
  ...{ account: undefined, userId: undefined, scopes: [], source: 'web', socketId: 's', receivedAtMs: Date.now() },
}
const trader: Requester = { ...nobody, account: 17, userId: 'u', scopes: ['read', 'trade'] }

const isUsedId = () => Promise.resolve(false)
/** Serves nothing: errors in a request are found before any handler is called. */
const dispatcher = new Dispatcher({
  isUsedId,
  handlers: {} as never,
  relays: {} as never,
  exchange: { ask: () => Promise.resolve({ ok: true, data: {} }) },
  logger: pino({ level: 'silent' }),
})
async function refused(name: RequestName, payload: object, requester = trader) {
  const answer = await dispatcher.answer(name, payload, requester, () => Promise.resolve(0))
  if (answer.ok) throw new Error(`expected ${name} to be refused`)
  return answer.error
}

const shapeOf = (name: RequestName) =>
  REQUESTS[name].payload.shape as Record<string, (typeof REQUESTS)['time']['payload']>
const fieldsOf = (name: RequestName) => Object.entries(PAYLOADS[name])

describe.each(NAMES)('%s', (name) => {
  test('refuses a field that it does not have', async () => {
    expect(Object.keys(PAYLOADS[name]).sort()).toEqual(Object.keys(shapeOf(name)).sort())
    const error = await refused(name, { ...PAYLOADS[name], odd: 1 })
    expect(error).toMatchObject({
      code: 'INVALID',
      field: 'odd',
      outcome: 'not_executed',
      details: { rule: 'unknown' },
    })
  })
  test('names the field that is missing', async () => {
    for (const [field] of fieldsOf(name)) {
      if (shapeOf(name)[field]?.safeParse(undefined).success === true) continue
      const error = await refused(name, { ...PAYLOADS[name], [field]: undefined })
      expect(error).toMatchObject({ code: 'INVALID', field, details: { rule: 'required' } })
      expect(error.message).toContain(field)
    }
  })
  test('names the field of the wrong type', async () => {
    for (const [field, value] of fieldsOf(name)) {
      const isObject = typeof value === 'object' && !Array.isArray(value)
      const odd = isObject ? 7 : { odd: 1 }
      if (shapeOf(name)[field]?.safeParse(odd).success === true) continue // a preference may be any JSON
      const error = await refused(name, { ...PAYLOADS[name], [field]: odd })
      expect(error).toMatchObject({ code: 'INVALID', field, details: { rule: 'type' } })
    }
  })
  test('checks account and scope before fields', async () => {
    const { scope } = REQUESTS[name]
    if (scope === 'public') return
    expect(await refused(name, { odd: 1 }, nobody)).toMatchObject({ code: 'UNAUTHENTICATED' })
    if (scope === 'read') return
    const reader: Requester = { ...trader, scopes: ['read'] }
    expect(await refused(name, { odd: 1 }, reader)).toMatchObject({ code: 'FORBIDDEN' })
  })
})

test.each([
  ['cannot be asked', () => Promise.reject(new Unavailable('it is recovering'))],
  ['does not know the question', () => Promise.resolve({ ok: false, error: failure('INTERNAL', 'what?').error })],
] satisfies [string, () => Promise<Answer>][])(
  'an order with wrong fields is INVALID when the exchange %s',
  async (_, ask) => {
    const relays = {} as never
    const alone = new Dispatcher({
      isUsedId,
      handlers: {} as never,
      relays,
      exchange: { ask },
      logger: pino({ level: 'silent' }),
    })
    const answer = await alone.answer('order.place', { clientOrderId: 'a' }, trader, () => Promise.resolve(0))
    expect(answer).toMatchObject({ ok: false, error: { code: 'INVALID', field: 'symbol', outcome: 'not_executed' } })
  },
)

describe('a change beside the exchange', () => {
  const used = new Dispatcher({
    isUsedId: (_name, requestId) => Promise.resolve(requestId === 'used'),
    handlers: {} as never,
    relays: { 'alert.create': () => Promise.resolve({ ok: true, data: {}, duplicate: true }) } as never,
    exchange: { ask: () => Promise.resolve({ ok: true, data: {} }) },
    logger: pino({ level: 'silent' }),
  })
  const alert = { symbol: 'VLNT', op: 'above', price: '1' }
  let looks = 0
  /** The answer while other requests are over their rate. */
  const codeOf = async (payload: object, repeatAfterMs = 0) => {
    const take = (rate: 'request' | 'repeat') => {
      if (rate === 'repeat') looks += 1
      return Promise.resolve(rate === 'request' ? 400 : repeatAfterMs)
    }
    const answer = await used.answer('alert.create', payload, trader, take)
    return answer.ok ? 'ok' : answer.error.code
  }

  test('is looked up by its id before the rate, and refused by the rate before its fields', async () => {
    expect(await codeOf({ ...alert, requestId: 'used' })).toBe('ok')
    expect(await codeOf({ ...alert, requestId: 'used', op: 7 })).toBe('DUPLICATE_CLIENT_ORDER_ID')
    expect(await codeOf({ ...alert, requestId: 'new' })).toBe('RATE_LIMITED')
    expect(looks).toBe(3)
    for (const more of [{ requestId: 7 }, {}, { op: 7 }]) {
      expect(await codeOf({ ...alert, ...more })).toBe('RATE_LIMITED')
    }
    expect(looks, 'without an id there is nothing to look up').toBe(3)
  })
  test('is not looked up if repeats are over their rate too', async () => {
    expect(await codeOf({ ...alert, requestId: 'used' }, 300)).toBe('RATE_LIMITED')
  })
})

describe('a database that never answers', () => {
  afterEach(() => vi.useRealTimers())
  const never = () => new Promise<never>(() => undefined)
  const silent = new Dispatcher({
    isUsedId,
    handlers: { orders: never } as never,
    relays: { 'preferences.set': never } as never,
    exchange: { ask: never },
    logger: pino({ level: 'silent' }),
  })

  test.each([
    ['orders', {}, { code: 'TIMEOUT', outcome: 'not_executed' }],
    [
      'preferences.set',
      { key: 'a', value: 1 },
      { code: 'TIMEOUT', outcome: 'unknown', finalAt: expect.any(Number) as number },
    ],
    ['order.place', { clientOrderId: 'a' }, { code: 'TIMEOUT', outcome: 'unknown' }],
  ] as const)('%s is answered within 5 s all the same', async (name, payload, error) => {
    vi.useFakeTimers()
    const requester = { ...trader, receivedAtMs: Date.now() }
    const answer = silent.answer(name, payload, requester, () => Promise.resolve(0))
    await vi.advanceTimersByTimeAsync(4_900)
    vi.useRealTimers()
    expect(await Promise.race([answer, Promise.resolve('nothing')])).toMatchObject({ ok: false, error })
  })
})

describe('the log', () => {
  const lines: string[] = []
  const logged = (relay: () => Promise<Answer>) =>
    new Dispatcher({
      isUsedId,
      handlers: {} as never,
      relays: {
        'order.place': relay,
        'order.cancel': () => Promise.reject(failure('NOT_FOUND', 'no such order')),
      } as never,
      exchange: { ask: () => Promise.resolve({ ok: true, data: {} }) },
      logger: pino({ level: 'info' }, { write: (line) => void lines.push(line) }),
    })
  afterEach(() => void lines.splice(0))
  const rejected = failure('NO_LIQUIDITY', 'nothing to match').error
  const place = { clientOrderId: 'a', symbol: 'VLNT', side: 'buy', type: 'market', qty: '1' }

  test.each([
    { ok: true, data: {} },
    { ok: false, error: rejected },
  ] satisfies Answer[])('has a line for an order that the exchange answered: %j', async (answer) => {
    await logged(() => Promise.resolve(answer)).answer('order.place', place, trader, () => Promise.resolve(0))
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { msg: 'request answered', account: 17, clientOrderId: 'a', outcome: answer.ok ? 'ok' : 'NO_LIQUIDITY' },
    ])
  })

  test('has none for what a client can repeat without limit', async () => {
    const repeated = logged(() => Promise.resolve({ ok: true, data: {}, duplicate: true }))
    const rejectedBefore = logged(() => Promise.resolve({ ok: false, error: rejected, duplicate: true }))
    const limited = logged(() => Promise.reject(failure('RATE_LIMITED', 'too many orders')))
    const answers = [
      repeated.answer('order.place', place, trader, () => Promise.resolve(0)),
      rejectedBefore.answer('order.place', place, trader, () => Promise.resolve(0)),
      limited.answer('order.place', place, trader, () => Promise.resolve(0)),
      repeated.answer('order.place', place, nobody, () => Promise.resolve(0)),
      repeated.answer('order.place', place, { ...trader, scopes: ['read'] }, () => Promise.resolve(0)),
      repeated.answer('order.place', {}, trader, () => Promise.resolve(0)),
      repeated.answer('order.cancel', { orderId: 'x' }, trader, () => Promise.resolve(0)),
    ]
    expect((await Promise.all(answers)).map((answer) => (answer.ok ? answer.duplicate : answer.error.code))).toEqual([
      ...[true, 'NO_LIQUIDITY', 'RATE_LIMITED', 'UNAUTHENTICATED', 'FORBIDDEN', 'INVALID', 'NOT_FOUND'],
    ])
    expect(lines).toEqual([])
  })
})
