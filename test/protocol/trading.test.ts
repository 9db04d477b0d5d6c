import { AccountFrame } from '@valiant/shared/protocol/account'
import { parseCents } from '@valiant/shared/units/cents'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startServer, type TestServer } from '../rig/server.ts'
import { closeAll, connect, guest, market, newId, type ProtocolClient, type TestMarket } from './client.ts'

let server: TestServer
let client: ProtocolClient
let on: TestMarket
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(async () => {
  client = await guest(server.url)
  on = await market(client)
})
afterEach(closeAll)

const limit = (more: object = {}) => ({
  ...{ clientOrderId: newId(), symbol: on.symbol, side: 'buy', type: 'limit', qty: on.qty(), limitPrice: on.below(2) },
  ...more,
})
const atMarket = (side: 'buy' | 'sell', qty: string) => ({ symbol: on.symbol, side, type: 'market', qty })
const cents = (text: string): number => {
  const parsed = parseCents(text.replace('-', ''))
  if (!parsed.ok) throw new Error(`expected money, found ${text}`)
  return text.startsWith('-') ? -parsed.value : parsed.value
}

describe('order.place', () => {
  test('at the market fills, moves exactly its cost, and shows in ledger, fills and account', async () => {
    const bought = await client.place(atMarket('buy', on.qty(10)))
    expect(bought).toMatchObject({ status: 'filled', timeInForce: 'ioc', filledQty: on.qty(10) })
    const sold = await client.place(atMarket('sell', bought.filledQty))
    const { account, positions } = await client.account()
    expect(positions).toEqual([])
    const { items } = await client.good('ledger', { limit: 200 })
    const cash = items.filter(({ asset }) => asset === 'USD')
    expect(cash.reduce((sum, { amount }) => sum + cents(amount), 0)).toBe(cents(account.cash))
    expect(cash[0]?.balanceAfter).toBe(account.cash)
    const fees = [...bought.fills, ...sold.fills].reduce((sum, { fee }) => sum + cents(fee), 0)
    expect(cents(account.feesPaid)).toBe(fees)
    const fills = (await client.good('fills')).items
    expect(fills.map(({ fillId }) => fillId)).toEqual(
      [...bought.fills, ...sold.fills].map(({ fillId }) => fillId).reverse(),
    )
  })
  test('fills as the tape shows: each fill is a trade of the same id, time, price, quantity and taker', async () => {
    const { fills } = await client.place(atMarket('buy', on.qty(20)))
    for (const { tradeId, time, price, qty } of fills) {
      const tape = () => client.good('trades', { symbol: on.symbol, fromId: tradeId, limit: 1 })
      await expect.poll(tape).toEqual([[tradeId, time, price, qty, 'buy']])
    }
  })
  test('at a limit rests, reserves its cost and releases it', async () => {
    const order = await client.place(limit())
    expect(order).toMatchObject({ status: 'open', timeInForce: 'gtc', avgPrice: null, fills: [] })
    const { account, openOrders } = await client.account()
    expect(openOrders.map(({ orderId }) => orderId)).toEqual([order.orderId])
    expect(cents(account.held)).toBeGreaterThan(0)
    expect(cents(account.buyingPower)).toBe(cents(account.cash) - cents(account.held))
    const canceled = await client.good('order.cancel', { orderId: order.orderId })
    expect(canceled).toMatchObject({ status: 'canceled', reason: 'user' })
    expect((await client.money()).held).toBe('0.00')
    const closed = await client.refused('order.cancel', { clientOrderId: order.clientOrderId }, 'ORDER_CLOSED')
    expect(closed.order).toMatchObject({ status: 'canceled' })
  })
  test('that is rejected gives the reason, the figures and the order', async () => {
    const crossing = limit({ limitPrice: on.above(1), postOnly: true })
    const refusals = [
      [await client.refused('order.place', crossing, 'POST_ONLY_WOULD_CROSS')],
      [await client.refused('order.place', limit({ timeInForce: 'fok' }), 'FOK_NOT_FILLABLE'), 'fillable'],
      [await client.refused('order.place', limit({ side: 'sell', limitPrice: on.above(2) }), 'INSUFFICIENT_POSITION')],
      [await client.refused('order.place', limit({ limitPrice: on.above(90) }), 'PRICE_BAND'), 'low', 'high'],
    ] as const
    for (const [error, ...figures] of refusals) {
      expect(error.order).toMatchObject({ status: 'rejected', rejectCode: error.code })
      for (const figure of figures) expect(error.details).toHaveProperty(figure)
    }
    expect(await client.money()).toMatchObject({ cash: '100000.00', held: '0.00' })
  })
  test('ioc without a match is canceled; all three fill above the market', async () => {
    expect(await client.place(limit({ timeInForce: 'ioc' }))).toMatchObject({
      ...{ status: 'canceled', reason: 'ioc_remainder' },
    })
    for (const timeInForce of ['fok', 'ioc', 'gtc']) {
      const filled = await client.place(limit({ timeInForce, limitPrice: on.above(1) }))
      expect(filled.status).toBe('filled')
    }
  })
  test('the same id with equal values is the same order, however written and whatever its validUntil', async () => {
    const order = limit()
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => client.ask('order.place', order)))
    const placed = answers.map((answer) => (answer.ok ? (answer.data as { orderId: string }).orderId : undefined))
    expect(new Set(placed).size).toBe(1)
    expect(answers.filter(({ duplicate }) => duplicate)).toHaveLength(4)
    const sameByValue = { ...order, qty: `${order.qty}${order.qty.includes('.') ? '0' : '.0'}`, postOnly: false }
    expect(await client.ask('order.place', { ...sameByValue, validUntil: 1 })).toMatchObject({
      ok: true,
      duplicate: true,
    })
    const trailing = { ...limit({ type: 'trailing_stop', limitPrice: undefined }), trailPercent: '5' }
    await client.good('order.place', trailing)
    const written = { ...trailing, trailPercent: '5.00', timeInForce: 'gtc', selfTrade: 'cancel_maker' }
    expect(await client.ask('order.place', written)).toMatchObject({ ok: true, duplicate: true })
    for (const other of [{ side: 'sell' }, { qty: 'x' }, { limitPrice: undefined }]) {
      const error = await client.refused('order.place', { ...order, ...other }, 'DUPLICATE_CLIENT_ORDER_ID')
      expect(error.order).toMatchObject({ orderId: placed[0] })
      expect(error.message).toBe(`clientOrderId "${order.clientOrderId}" was already used for another order.`)
    }
    await client.good('order.cancel', { clientOrderId: order.clientOrderId })
    const { order: named } = await client.refused(
      'order.place',
      { ...order, side: 'sell' },
      'DUPLICATE_CLIENT_ORDER_ID',
    )
    expect(named, 'as it stands now').toMatchObject({ orderId: placed[0], status: 'canceled' })
  })
  test('that expired on the way or was INVALID has not used up its id', async () => {
    const order = limit()
    await client.refused('order.place', { ...order, validUntil: Date.now() - 1_000 }, 'REQUEST_EXPIRED')
    await client.refused('order.place', { ...order, qty: 'x' }, 'INVALID')
    // Its fields come before its time, and its time before the rules of the exchange.
    await client.refused('order.place', { ...order, qty: 'x', validUntil: 1 }, 'INVALID')
    await client.refused('order.place', { ...order, side: 'sell', validUntil: 1 }, 'REQUEST_EXPIRED')
    expect(await client.ask('order.place', order)).not.toHaveProperty('duplicate')
  })
  test('and any other change that the market could overtake has a validUntil', async () => {
    const { symbol, orderId } = await client.place(limit())
    const late = { validUntil: Date.now() - 1_000, requestId: crypto.randomUUID() }
    await client.refused('order.amend', { orderId, qty: on.qty(2), ...late }, 'REQUEST_EXPIRED')
    await client.refused('position.protect', { symbol, ...late }, 'REQUEST_EXPIRED')
    await client.refused('position.close', { symbol, ...late }, 'REQUEST_EXPIRED')
    for (const event of ['order.amend', 'position.protect', 'position.close'] as const) {
      const target = event === 'order.amend' ? { orderId, qty: on.qty(2) } : { symbol }
      const error = await client.refused(event, { ...target, validUntil: 'soon' }, 'INVALID')
      expect(error.field).toBe('validUntil')
    }
    expect((await client.good('order.get', { orderId })).qty).toBe(on.qty())
  })
  test('reports its rate limit and is RATE_LIMITED beyond it, while cancels still work', async () => {
    await using strict = await startServer({ LIMIT_ORDERS_PER_SECOND: '1', LIMIT_ORDERS_BURST: '3' })
    const bot = await guest(strict.url)
    const { symbol, qty, below } = await market(bot)
    const order = () => ({ ...limit(), symbol, qty: qty(), limitPrice: below(2) })
    const first = order()
    const sent = [first, ...Array.from({ length: 4 }, order), first, { ...first, qty: qty(2) }]
    const answers = await Promise.all(sent.map((one) => bot.ask('order.place', one)))
    // A known id comes before the rate.
    expect(answers.splice(5)).toMatchObject([
      { ok: true, duplicate: true },
      { error: { code: 'DUPLICATE_CLIENT_ORDER_ID' } },
    ])
    expect(answers[0]).toMatchObject({ ok: true, rate: { remaining: 2 } })
    expect(answers.at(-1)).toMatchObject({
      error: { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) as number },
    })
    // The rate comes before the fields.
    expect(await bot.ask('order.place', { ...order(), qty: 'x' })).toMatchObject({
      ...{ error: { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) as number }, rate: { remaining: 0 } },
    })
    expect((await bot.good('order.cancelAll')).orderIds.length).toBeGreaterThanOrEqual(3)
  })
  test('that is INVALID or a repeat has the state of its rate limit, and does not count', async () => {
    const order = limit()
    for (const wrong of [{ qty: 'x' }, { limitPrice: undefined }, { symbol: 'NOPE' }]) {
      expect(await client.ask('order.place', { ...order, ...wrong })).toMatchObject({
        ...{ error: { code: 'INVALID' }, rate: { remaining: 100, resetMs: 0 } },
      })
    }
    expect(await client.ask('order.place', order)).toMatchObject({ ok: true, rate: { remaining: 99 } })
    for (const again of [order, { ...order, qty: 'x' }, { ...order, side: 'sell' }]) {
      const { rate } = await client.ask('order.place', again)
      expect(rate?.remaining).toBeGreaterThanOrEqual(99)
    }
  })
})

test.each([
  ['account.deposit', { amount: '1' }, { amount: 1 }],
  ['account.deposit', { amount: '1' }, { amount: '0.001' }],
  ['account.deposit', { amount: '1' }, { amount: '1', odd: 1 }],
  ['account.update', { name: 'First' }, {}],
  ['cancelAfter', { timeoutMs: 0 }, { timeoutMs: 1 }],
  ['order.cancelAll', {}, { symbol: 'NOPE' }],
])('a known requestId is looked at before the fields of %s: %j, then %j', async (event, first, wrong) => {
  const requestId = newId()
  expect(await client.ask(event, { ...first, requestId })).toMatchObject({ ok: true })
  const error = await client.refused(event, { ...wrong, requestId }, 'DUPLICATE_CLIENT_ORDER_ID')
  expect(error.message).toBe(`requestId "${requestId}" was already used for another request.`)
  await client.refused(event, { ...wrong, requestId: newId() }, 'INVALID')
})

test('order.preview places nothing', async () => {
  const preview = await client.good('order.preview', limit({ limitPrice: on.above(1) }))
  expect(preview.fills.length).toBeGreaterThan(0)
  expect(preview.avgPrice).not.toBeNull()
  expect((await client.account()).openOrders).toEqual([])
})

describe('order.get and order.cancel', () => {
  test('take exactly one id', async () => {
    const { orderId, clientOrderId } = await client.place(limit())
    expect((await client.good('order.get', { clientOrderId })).orderId).toBe(orderId)
    for (const event of ['order.get', 'order.cancel']) {
      await client.refused(event, { orderId, clientOrderId }, 'INVALID')
      await client.refused(event, {}, 'INVALID')
      await client.refused(event, { orderId: 'no-such-order' }, 'NOT_FOUND')
      await client.refused(event, { clientOrderId: newId() }, 'NOT_FOUND')
    }
  })
  test('do not find orders of another account', async () => {
    const { orderId, clientOrderId } = await client.place(limit())
    const other = await guest(server.url)
    for (const event of ['order.get', 'order.cancel']) {
      await other.refused(event, { orderId }, 'NOT_FOUND')
      await other.refused(event, { clientOrderId }, 'NOT_FOUND')
    }
    expect((await other.good('order.cancelAll')).orderIds).toEqual([])
    expect((await client.good('order.get', { orderId })).status).toBe('open')
    expect(other.of('account')).toEqual([])
  })
  test('a cancel with a requestId is safe to repeat', async () => {
    const { orderId } = await client.place(limit())
    const cancel = { orderId, requestId: newId() }
    await client.good('order.cancel', cancel)
    expect(await client.ask('order.cancel', cancel)).toMatchObject({ ok: true, duplicate: true })
    const all = { requestId: newId() }
    await client.good('order.cancelAll', all)
    await client.place(limit())
    expect(await client.ask('order.cancelAll', all)).toMatchObject({
      ok: true,
      duplicate: true,
      data: { orderIds: [] },
    })
    expect((await client.account()).openOrders).toHaveLength(1)
  })
})

test('invalid orders are INVALID by field and rule', async () => {
  const cases: [string, object, string][] = [
    ['symbol', { symbol: 'NOPE' }, 'unknown'],
    ['symbol', { symbol: '__proto__' }, 'unknown'],
    ['side', { side: 'hold' }, 'unknown'],
    ['type', { type: 'iceberg' }, 'unknown'],
    ['stopPrice', { type: 'stop', limitPrice: undefined }, 'required'],
    ['stopPrice', { stopPrice: on.below(3) }, 'unknown'],
    ['qty', { qty: '0' }, 'min'],
    ['qty', { qty: '1e3' }, 'format'],
    ['qty', { qty: 1 }, 'type'],
    ['qty', { qty: undefined }, 'required'],
    ['limitPrice', { limitPrice: `${on.below(2)}001` }, 'tick'],
    ['limitPrice', { limitPrice: {} }, 'type'],
    ['expireAt', { timeInForce: 'gtd' }, 'required'],
    ['clientOrderId', { clientOrderId: 'a b' }, 'format'],
    ['postOnly', { postOnly: 'yes' }, 'type'],
    ['takeProfit.limitPrice', { takeProfit: { limitPrice: '0' } }, 'min'],
    ['tag', { tag: 'a\u0000b' }, 'format'],
    ['odd', { odd: 1 }, 'unknown'],
  ]
  for (const [field, change, rule] of cases) {
    const error = await client.refused('order.place', limit(change), 'INVALID')
    expect(error).toMatchObject({ field, details: { rule, expected: expect.any(String) as string } })
    if (rule === 'tick') expect(error.details?.nearest).toBeTypeOf('string')
  }
  expect(await client.money()).toMatchObject({ cash: '100000.00', held: '0.00' })
})

test('account frames are complete and in sequence on every socket of the account', async () => {
  const second = await connect(server.url, { cookie: client.cookie ?? '' })
  const start = (await second.account()).seq
  const bought = await client.place(atMarket('buy', on.qty()))
  const resting = await client.place(limit())
  const canceled = await client.good('order.cancel', { orderId: resting.orderId })
  const { seq } = await second.account()
  for (const socket of [client, second]) {
    const frames = () => socket.of<AccountFrame>('account').filter((frame) => frame.seq > start)
    await expect.poll(() => frames().at(-1)?.seq).toBe(seq)
    frames().forEach((frame, i) => expect(AccountFrame.parse(frame).seq).toBe(start + 1 + i))
    for (const ack of [bought, resting, canceled]) {
      const frame = frames().find((one) => one.seq === ack.seq)
      expect(frame?.orders.map(({ orderId, status }) => [orderId, status])).toContainEqual([ack.orderId, ack.status])
    }
  }
  await expect.poll(() => second.of('heartbeat').at(-1)).toMatchObject({ accountSeq: seq })
})

describe('lists', () => {
  test('come newest first, in pages without gaps, by status and symbol', async () => {
    const placed: string[] = []
    for (let i = 0; i < 5; i++) placed.unshift((await client.place(limit())).orderId)
    const found: string[] = []
    let cursor: string | undefined
    do {
      const page = await client.good('orders', { limit: 2, ...(cursor !== undefined && { cursor }) })
      expect(page.items.length).toBeLessThanOrEqual(2)
      found.push(...page.items.map(({ orderId }) => orderId))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(found).toEqual(placed)
    await client.good('order.cancel', { orderId: placed[0] })
    const ids = async (query: object) => (await client.good('orders', query)).items.map(({ orderId }) => orderId)
    expect(await ids({ status: 'closed' })).toEqual([placed[0]])
    expect(await ids({ status: 'open', symbol: on.symbol })).toEqual(placed.slice(1))
    expect(await ids({ to: 1 })).toEqual([])
    const { createdAt } = await client.good('order.get', { orderId: placed[2] })
    const [before, since] = [await ids({ to: createdAt }), await ids({ from: createdAt })]
    expect(since, '`from` is inclusive, `to` exclusive').toContain(placed[2])
    expect([...since, ...before]).toEqual(placed)
  })
  test('refuse a cursor of another account, a page too large and an unknown symbol', async () => {
    const other = await guest(server.url)
    const { orderId } = await other.place(limit())
    for (const list of ['orders', 'fills', 'ledger']) {
      expect(await client.refused(list, { cursor: orderId }, 'INVALID')).toMatchObject({ field: 'cursor' })
      expect(await client.refused(list, { limit: 100_000 }, 'INVALID')).toMatchObject({ field: 'limit' })
      expect(await client.refused(list, { symbol: 'NOPE' }, 'INVALID')).toMatchObject({ field: 'symbol' })
    }
  })
})

test('an order can be found in the log by its ids, with its socket', async () => {
  const { orderId, clientOrderId } = await client.place(limit())
  await expect.poll(() => server.log()).toContain(`"clientOrderId":"${clientOrderId}"`)
  const line =
    server
      .log()
      .split('\n')
      .find((text) => text.includes(clientOrderId)) ?? ''
  expect(JSON.parse(line)).toMatchObject({
    event: 'order.place',
    order: orderId,
    socket: client.socket.id,
    outcome: 'ok',
  })
  expect(line).toMatch(/"request":"[0-9a-f-]{36}"/)
})
