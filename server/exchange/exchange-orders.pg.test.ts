import type { Answer } from '@valiant/shared/protocol/events'
import type { Order, PlacedOrder } from '@valiant/shared/protocol/order'
import { parseId } from '@valiant/shared/units/id'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { AmendOrderRequest } from '../bus/exchange-request.ts'
import { ExchangeRig, good } from './exchange.fixture.ts'

let rig: ExchangeRig
let account = 0
let users = 0
beforeAll(async () => {
  rig = await ExchangeRig.open()
})
afterAll(() => rig.close())
beforeEach(async () => {
  account = await rig.openAccount(`user-${++users}`)
})

/** A price this many percent below or above the market, in ticks. */
const below = (percent: number) => Math.floor(rig.touch().bidTicks * (1 - percent / 100))
const above = (percent: number) => Math.ceil(rig.touch().askTicks * (1 + percent / 100))
const price = (ticks: number) => (ticks / 100).toFixed(2)
const resting = { type: 'limit', timeInForce: 'gtc' } as const

const placed = async (id: string, more: Parameters<ExchangeRig['place']>[2]): Promise<PlacedOrder> =>
  good(await rig.place(account, id, more)) as PlacedOrder
const amend = (clientOrderId: string, changes: Partial<AmendOrderRequest>): Promise<Answer> =>
  rig.ask({ event: 'order.amend', account, clientOrderId, ...changes })
/** Opens an account that can buy everything on offer. */
async function openRich(): Promise<number> {
  const request = { event: 'accounts.open', userId: `user-${++users}`, name: 'Guest' } as const
  const opened = good(await rig.ask({ ...request, startingCents: 100_000_000_000 })) as { id: string }
  return parseId(opened.id)?.account ?? 0
}
const numberOf = ({ orderId }: Order): number => parseId(orderId)?.number ?? 0

describe('order.amend', () => {
  test('keeps its place in the queue when only the quantity is reduced, and says so', async () => {
    await placed('a', { ...resting, limitTicks: below(2) })
    expect(good(await amend('a', { qty: '5' }))).toMatchObject({ qty: '5', priorityKept: true, status: 'open' })
    expect(good(await amend('a', { qty: '6' }))).toMatchObject({ qty: '6', priorityKept: false })
    const moved = good(await amend('a', { limitPrice: '50.00' })) as PlacedOrder
    expect(moved).toMatchObject({ limitPrice: '50.00', priorityKept: false, fills: [] })
    expect(await rig.frame(account, moved.seq)).toMatchObject({ cause: 'amend', orders: [{ qty: '6' }] })
  })

  test('without a change succeeds and sends no frame', async () => {
    const { seq } = await placed('a', { ...resting, limitTicks: 5_000 })
    expect(good(await amend('a', { limitPrice: '50.00' }))).toMatchObject({ limitPrice: '50.00', seq })
    expect((await rig.account(account)).seq).toBe(seq)
  })

  test('with a fraction of a lot, or a field that its type lacks, is INVALID and uses up no id', async () => {
    await placed('a', { ...resting, limitTicks: 5_000 })
    const request = { event: 'order.amend', account, clientOrderId: 'a' } as const
    const wrong = await rig.ask({ ...request, qty: '1.5' }, { commandId: 'r:1' })
    expect(wrong).toMatchObject({ error: { code: 'INVALID', field: 'qty', details: { rule: 'lot', nearest: '2' } } })
    const other = await rig.ask({ ...request, stopPrice: '60' }, { commandId: 'r:1', hash: 'bb' })
    expect(other).toMatchObject({ error: { code: 'INVALID', field: 'stopPrice' } })
    expect(good(await rig.ask({ ...request, qty: '2' }, { commandId: 'r:1' }))).toMatchObject({ qty: '2' })
  })

  test('that the account cannot pay for is refused and leaves the order unchanged', async () => {
    await placed('a', { ...resting, limitTicks: 5_000 })
    const before = await rig.account(account)
    const refused = await amend('a', { qty: '999999' })
    expect(refused).toMatchObject({ error: { code: 'INSUFFICIENT_FUNDS', order: { qty: '10', status: 'open' } } })
    expect(await rig.account(account)).toMatchObject({
      seq: before.seq,
      account: { held: before.account.held },
      openOrders: [{ qty: '10', queueAhead: before.openOrders[0]?.queueAhead }],
    })
  })

  test('of a closed order returns its final state; of a foreign or unknown order, NOT_FOUND', async () => {
    const order = await placed('a', {})
    expect(await amend('a', { qty: '1' })).toMatchObject({
      error: { code: 'ORDER_CLOSED', order: { status: 'filled' } },
    })
    const other = await rig.openAccount(`user-${++users}`)
    const foreign = await rig.ask({ event: 'order.amend', account: other, number: numberOf(order) + 1, qty: '1' })
    expect(foreign).toMatchObject({ error: { code: 'NOT_FOUND' } })
  })

  test('is executed once per requestId', async () => {
    await placed('a', { ...resting, limitTicks: 5_000 })
    const request = { event: 'order.amend', account, clientOrderId: 'a', qty: '4' } as const
    const first = await rig.ask(request, { commandId: 'r:1' })
    expect(good(first)).toMatchObject({ qty: '4', version: 2 })
    expect(await rig.ask(request, { commandId: 'r:1' })).toMatchObject({ duplicate: true, data: { version: 2 } })
    expect(await rig.ask({ ...request, qty: '3' }, { commandId: 'r:1', hash: 'bb' })).toMatchObject({
      error: { code: 'DUPLICATE_CLIENT_ORDER_ID' },
    })
  })
})

describe('stops', () => {
  const sale = { side: 'sell', lots: 5, timeInForce: 'gtc' } as const

  test('of all types wait, and are canceled by cancelAll', async () => {
    await placed('a', {})
    const stop = await placed('s', { ...sale, type: 'stop', stopTicks: below(3) })
    expect(stop).toMatchObject({ status: 'untriggered', stopPrice: price(below(3)) })
    const limit = { ...sale, type: 'stop_limit', stopTicks: below(3), limitTicks: below(4) } as const
    expect(await placed('l', { ...limit, lots: 3 })).toMatchObject({ status: 'untriggered' })
    const trail = await placed('t', { ...sale, type: 'trailing_stop', trailBps: 500, lots: 2 })
    expect(trail).toMatchObject({ status: 'untriggered', trailPercent: '5', highWater: expect.any(String) as string })
    const answer = good(await rig.ask({ event: 'order.cancelAll', account, side: 'sell' }))
    const { orderIds, seq } = answer as { orderIds: string[]; seq: number }
    expect(orderIds).toHaveLength(3)
    expect(await rig.frame(account, seq)).toMatchObject({ cause: 'cancel', orders: [{}, {}, {}] })
  })

  test('that trail publish their best price once a second, and when the market is saved', async () => {
    await placed('a', {})
    await placed('t', { ...sale, type: 'trailing_stop', trailBps: 2_000 })
    const trailing = () =>
      rig.framesOf(account).filter(({ orders }) => orders.some(({ clientOrderId }) => clientOrderId === 't'))
    const trader = await openRich()
    const waters = () => new Set(trailing().flatMap(({ orders }) => orders.map(({ highWater }) => highWater)))
    const marketMs = () => rig.marketFrames.at(-1)?.timeMs ?? 0
    for (let i = 0; waters().size < 3; i++) {
      good(await rig.place(trader, `up-${i}`, { lots: 60 }))
      // Makers refill the book within a few quanta. Bought faster, it would be empty, also for the next test.
      const boughtAtMs = marketMs()
      await expect.poll(marketMs, { interval: 10 }).toBeGreaterThan(boughtAtMs + 200)
    }
    const seconds = trailing().map(({ time }) => Math.floor(time / 1_000))
    // The first frame reports the placement.
    expect(seconds.length - 1).toBeLessThanOrEqual(2 * new Set(seconds.slice(1)).size)
  })

  test('that trail keep their best price over a hand-over, even when it has just changed', async () => {
    await placed('a', {})
    await placed('t', { ...sale, type: 'trailing_stop', trailBps: 2_000 })
    const trader = await openRich()
    const { fills } = good(await rig.place(trader, 'up', { lots: 60 })) as PlacedOrder
    await rig.stop()
    const highest = Math.max(...fills.map(({ price }) => Math.round(Number(price) * 100)))
    const water = `SELECT high_water_ticks AS count FROM orders WHERE account_id = ${account} AND client_order_id = 't'`
    expect(await rig.count(water)).toBeGreaterThanOrEqual(highest)
    await rig.resume()
  })

  test('that the last trade has already reached are refused, with its price', async () => {
    await placed('a', {})
    const refused = await rig.place(account, 's', { ...sale, type: 'stop', stopTicks: above(2) })
    expect(refused).toMatchObject({
      error: { code: 'STOP_WOULD_TRIGGER', details: { last: expect.any(String) as string } },
    })
  })

  test('trigger when the market reaches them, in one frame with their fill', async () => {
    await placed('a', {})
    await placed('s', { ...sale, type: 'stop', stopTicks: below(1) })
    await rig.reopenAt('VLNT', 0.97)
    good(await rig.place(await rig.openAccount(`user-${++users}`), 'b', { lots: 1 }))
    await expect.poll(() => rig.ordersOf(account).get('s')?.status).toBe('filled')
    const frame = rig.framesOf(account).at(-1)
    expect(frame).toMatchObject({ cause: 'trigger', orders: [{ clientOrderId: 's', status: 'filled' }] })
    expect(frame?.fills.reduce((sum, { qty }) => sum + Number(qty), 0)).toBe(5)
  })
})

describe('brackets and exits', () => {
  const exits = () => ({
    takeProfit: { limitTicks: above(3), timeInForce: 'gtc' },
    stopLoss: { stopTicks: below(3), timeInForce: 'day' },
  } as const) // prettier-ignore
  const legs = () => [...rig.ordersOf(account).values()].filter(({ role }) => role !== undefined)

  test('wait with their entry and end with it', async () => {
    const { seq } = await placed('a', { ...resting, limitTicks: below(2), ...exits() })
    await rig.frame(account, seq)
    expect(legs().map(({ status, role }) => [role, status])).toEqual([['take_profit', 'held'], ['stop_loss', 'held']]) // prettier-ignore
    const canceled = good(await rig.ask({ event: 'order.cancel', account, clientOrderId: 'a' })) as PlacedOrder
    await rig.frame(account, canceled.seq)
    expect(legs().map(({ status, reason }) => [status, reason])).toEqual(Array(2).fill(['canceled', 'parent_closed']))
  })

  test('become active with its fill, outlive a restart, and end with the position', async () => {
    const entry = await placed('a', exits())
    await rig.frame(account, entry.seq)
    expect(legs().map(({ status, qty }) => [status, qty])).toEqual([['open', '10'], ['untriggered', '10']]) // prettier-ignore
    for (const leg of legs()) expect(leg).toMatchObject({ parentOrderId: entry.orderId, groupId: entry.orderId })
    await rig.restart()
    const { openOrders } = await rig.account(account)
    expect(openOrders.map(({ role }) => role)).toEqual(['take_profit', 'stop_loss'])
    const closing = good(
      await rig.ask({ event: 'position.close', account, symbol: 'VLNT', source: 'api' }),
    ) as PlacedOrder
    expect(closing).toMatchObject({ side: 'sell', status: 'filled', filledQty: '10', reduceOnly: true })
    expect(closing.fills.length).toBeGreaterThan(0)
    await rig.frame(account, closing.seq)
    expect(legs().map(({ status, reason }) => [status, reason])).toEqual(Array(2).fill(['canceled', 'reduce_only']))
    expect(await rig.account(account)).toMatchObject({ positions: [], openOrders: [], seq: closing.seq })
  })

  test('of a position are replaced and removed; a refused request leaves the existing ones', async () => {
    await placed('a', {})
    const protect = { event: 'position.protect', account, symbol: 'VLNT', source: 'api' } as const
    const first = good(await rig.ask({ ...protect, ...exits() })) as { takeProfit: Order; stopLoss: Order }
    expect(first).toMatchObject({ takeProfit: { status: 'open', qty: '10' }, stopLoss: { status: 'untriggered' } })
    expect(first.stopLoss.expireAt).toBeGreaterThan(Date.now())
    const refused = await rig.ask({ ...protect, stopLoss: { stopTicks: above(3), timeInForce: 'gtc' } })
    expect(refused).toMatchObject({ error: { code: 'STOP_WOULD_TRIGGER', field: 'stopLoss' } })
    expect((await rig.account(account)).openOrders).toHaveLength(2)
    const second = good(await rig.ask({ ...protect, lots: 4, stopLoss: { trailBps: 500, timeInForce: 'gtc' } }))
    expect(second).toMatchObject({ stopLoss: { type: 'trailing_stop', qty: '4' } })
    const replaced = () => rig.ordersOf(account).get(first.takeProfit.clientOrderId)
    await expect.poll(replaced).toMatchObject({ reason: 'replaced' })
    expect(good(await rig.ask(protect))).not.toHaveProperty('stopLoss')
    expect((await rig.account(account)).openOrders).toEqual([])
  })
})

describe('refusals', () => {
  const refusal = async (more: Parameters<ExchangeRig['place']>[2]) => {
    const answer = await rig.place(account, `r-${Math.random()}`, more)
    expect(answer).toMatchObject({ ok: false, error: { outcome: 'not_executed', order: { status: 'rejected' } } })
    return answer.ok ? undefined : answer.error
  }

  test('without anybody to trade with: NO_LIQUIDITY', async () => {
    const rich = await openRich()
    good(await rig.place(rich, 'first', { symbol: 'MERI', lots: 1 }))
    // In one batch: between two batches the makers would refill the book.
    const ids = ['a', 'b', 'c', 'd', 'e', 'f']
    const sweep = (id: string) => rig.place(rich, id, { symbol: 'MERI', lots: 1_000_000 })
    const [first, ...others] = await Promise.all(ids.map(sweep))
    expect(first).toMatchObject({ ok: true, data: { status: 'canceled', reason: 'no_liquidity' } })
    expect(others.at(-1)).toMatchObject({ ok: false, error: { code: 'NO_LIQUIDITY', order: { status: 'rejected' } } })
  })

  test('have a code, a sentence and the figures', async () => {
    const text = expect.any(String) as string
    await placed('own', { ...resting, limitTicks: below(0.05) })
    for (const [more, code, details] of [
      [{ lots: 1_000_000 }, 'INSUFFICIENT_FUNDS', { required: text, available: text }],
      [{ side: 'sell' }, 'INSUFFICIENT_POSITION', { required: '10', available: '0' }],
      [{ ...resting, limitTicks: above(20) }, 'PRICE_BAND', { low: text, high: text }],
      [{ ...resting, limitTicks: above(1), postOnly: true }, 'POST_ONLY_WOULD_CROSS', { best: text }],
      [{ type: 'limit', limitTicks: below(3), timeInForce: 'fok' }, 'FOK_NOT_FILLABLE', { fillable: '0' }],
      [{ ...resting, lots: 1, limitTicks: 1 }, 'MIN_NOTIONAL', { minNotional: '1.00' }],
      [{ reduceOnly: true, side: 'sell' }, 'REDUCE_ONLY_WOULD_INCREASE', { maxQty: '0' }],
      [{ side: 'sell', takeProfit: { limitTicks: below(3), timeInForce: 'gtc' } }, 'SHORT_NOT_ALLOWED', {}],
    ] as const) {
      const error = await refusal(more)
      expect(error).toMatchObject({ code, details })
      expect(error?.message.length).toBeGreaterThan(20)
      expect(error?.message).not.toContain('undefined')
    }
  })

  test('of an order that would only trade with its owner’s: SELF_TRADE, or the resting one is canceled', async () => {
    // With a spread of one tick no price would be in between.
    await rig.reopenUnder('VLNT', { spread: 4 })
    // The best bid is the account's own, and only its own if nobody came in between.
    await expect
      .poll(
        async () => {
          const { bidTicks, askTicks } = rig.touch()
          if (askTicks - bidTicks < 2) return undefined
          const id = `b-${Math.random()}`
          await rig.place(account, id, { ...resting, limitTicks: bidTicks + 1, postOnly: true, lots: 30 })
          const sale = { type: 'limit', limitTicks: bidTicks + 1, timeInForce: 'ioc', side: 'sell', lots: 1 } as const
          await rig.place(account, `a-${id}`, { lots: 2 })
          const met = await rig.place(account, `s-${id}`, { ...sale, selfTrade: 'cancel_taker' })
          if (met.ok || met.error.code !== 'SELF_TRADE') return undefined
          await rig.place(account, `t-${id}`, sale)
          return rig.ordersOf(account).get(id)?.reason
        },
        { timeout: 60_000 },
      )
      .toBe('self_trade')
  })

  test('beyond the number of open orders: MAX_OPEN_ORDERS', async () => {
    await Promise.all(
      Array.from({ length: 200 }, (_, i) => rig.place(account, `o${i}`, { ...resting, limitTicks: 5_000, lots: 1 })),
    )
    expect(await refusal({ ...resting, limitTicks: 5_000 })).toMatchObject({
      code: 'MAX_OPEN_ORDERS',
      details: { max: 200 },
      message: expect.stringContaining('At most 200 orders may be open') as string,
    })
  })

  test('of an order that expires before it starts: INVALID, and its id stays unused', async () => {
    const gtd = { ...resting, limitTicks: 5_000, timeInForce: 'gtd' } as const
    expect(await rig.place(account, 'a', { ...gtd, expireAtMs: Date.now() - 1 })).toMatchObject({
      error: { code: 'INVALID', field: 'expireAt', details: { rule: 'min' } },
    })
    expect(await placed('a', { ...gtd, expireAtMs: Date.now() + 60_000 })).toMatchObject({ status: 'open' })
  })
})

test('order.preview returns what an order would cost, and places nothing', async () => {
  const ask = (more: object) => rig.ask({ ...previewOf(), ...more } as Parameters<ExchangeRig['ask']>[0])
  const bought = good(await ask({})) as { fills: [string, string][]; qty: string }
  expect(bought.qty).toBe('10')
  expect(bought.fills.reduce((sum, [, qty]) => sum + Number(qty), 0)).toBe(10)
  const notional = good(await ask({ lots: 0, notionalCents: 100_000 })) as { qty: string }
  expect(Number(notional.qty)).toBeGreaterThan(5)
  expect(await rig.account(account)).toMatchObject({ positions: [], openOrders: [], seq: 1 })

  function previewOf() {
    return {
      ...{ event: 'order.preview', account, clientOrderId: 'p', symbol: 'VLNT', side: 'buy', type: 'market', lots: 10 },
      ...{ limitTicks: 0, timeInForce: 'ioc', postOnly: false, reduceOnly: false, selfTrade: 'cancel_maker' },
      ...{ source: 'api', validUntilMs: Date.now() + 5_000 },
    }
  }
})

test('a gtd order expires at its time', async () => {
  await placed('a', { ...resting, limitTicks: 5_000, timeInForce: 'gtd', expireAtMs: Date.now() + 300 })
  await expect.poll(() => rig.ordersOf(account).get('a')).toMatchObject({ status: 'expired', reason: 'gtd' })
  expect(rig.framesOf(account).at(-1)?.cause).toBe('session')
})
