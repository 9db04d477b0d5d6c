import type { AccountFrame } from '@valiant/shared/protocol/account'
import type { Instrument, QuotesFrame } from '@valiant/shared/protocol/market-data'
import type { OrderStatus } from '@valiant/shared/protocol/order'
import type { RequestName } from '@valiant/shared/protocol/requests'
import { formatSteps, stepOf } from '@valiant/shared/units/decimal'
import { expect, test } from 'vitest'
import { mulberry32 } from '../rig/mulberry32.ts'
import { Bookkeeper, exact } from './bookkeeper.ts'
import type { ProtocolClient } from './client.ts'
import { desk, ordersOf } from './desk.ts'

const SYMBOLS = ['VLNT', 'EUR-USD', 'NIM-USD']
const at = desk(SYMBOLS)

/** Within the burst that an account may send. */
const ORDERS = 90
const OPEN: readonly OrderStatus[] = ['open', 'partially_filled', 'untriggered']

/** Orders of every kind around the market, amends, cancels and closings; some are refused. */
async function trade(client: ProtocolClient, instruments: readonly Instrument[], seed: number): Promise<void> {
  const random = mulberry32(seed)
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!
  const { q: quotes } = (await client.good('subscribe', { channel: 'quotes', symbols: SYMBOLS })) as QuotesFrame
  for (let i = 0; i < ORDERS; i++) {
    const [symbol, bid, , ask] = pick(quotes)
    const { tickSize, lotSize } = instruments.find((one) => one.symbol === symbol)!
    const price = (ticks: number) => formatSteps(ticks, stepOf(tickSize))
    const lotValue = bid * Number(tickSize) * Number(lotSize)
    const qty = formatSteps(1 + Math.floor((random() * 9_000) / lotValue), stepOf(lotSize))
    const side = pick(['buy', 'sell'] as const)
    const away = Math.ceil(random() * bid * 0.002)
    const worse = price(side === 'buy' ? ask + away : bid - away)
    const better = price(side === 'buy' ? bid - away : ask + away)
    const open = [...ordersOf(client).values()].filter(({ status }) => OPEN.includes(status))
    const { orderId, limitPrice } = open.length === 0 ? {} : pick(open)
    const order = { clientOrderId: `o${i}`, symbol, side }
    const [event, payload] = pick<[RequestName, object]>([
      ['order.place', { ...order, type: 'market', qty }],
      ['order.place', { ...order, type: 'market', notional: '4321.00' }],
      ['order.place', { ...order, type: 'limit', qty, limitPrice: better }],
      ['order.place', { ...order, type: 'limit', qty, limitPrice: better, postOnly: true }],
      ['order.place', { ...order, type: 'limit', qty, limitPrice: worse, timeInForce: pick(['gtc', 'ioc']) }],
      ['order.place', { ...order, type: 'stop', qty, stopPrice: worse }],
      ['order.place', { ...order, type: 'stop_limit', qty, stopPrice: worse, limitPrice: worse }],
      ['order.place', { ...order, side: 'buy', type: 'market', qty, takeProfit: { limitPrice: price(ask + away) } }],
      ['order.amend', { orderId, limitPrice, qty }],
      ['order.cancel', { orderId }],
      ['position.close', { symbol }],
    ])
    await client.ask(event, payload)
  }
}

test.each([
  ['cash', 11],
  ['cash', 12],
  ['margin', 13],
] as const)('every frame of a %s account adds up to the cent (seed %i)', async (mode, seed) => {
  const { client } = at
  await client.good('account.update', { mode })
  const instruments = await client.good('instruments')
  await trade(client, instruments, seed)
  const { seq, account, positions } = await client.account()
  await expect.poll(() => client.of<AccountFrame>('account').at(-1)?.seq).toBeGreaterThanOrEqual(seq)
  const keeper = new Bookkeeper('100000.00', instruments)
  const frames = client.of<AccountFrame>('account')
  expect(frames.flatMap(({ fills }) => fills).length).toBeGreaterThan(20)
  for (const frame of frames) {
    expect(frame).toMatchObject(keeper.expected(frame))
    if (mode === 'cash') expect(frame.balance).toMatchObject(keeper.funds())
  }
  const value = positions.reduce((sum, position) => sum + exact(position.value), 0n)
  expect(exact(account.equity)).toBe(exact(account.cash) + value)
  const made = exact(account.realizedPnl) + exact(account.unrealizedPnl) - exact(account.feesPaid)
  expect(exact(account.equity)).toBe(exact('100000.00') + made)
  const { items, newestFillId, nextCursor } = await client.good('realized')
  expect(nextCursor).toBeUndefined()
  expect(newestFillId).toBe(frames.flatMap(({ fills }) => fills).at(-1)?.fillId)
  expect(items.reduce((sum, { realizedPnl }) => sum + exact(realizedPnl), 0n)).toBe(exact(account.realizedPnl))
  expect(items.reduce((sum, { fees }) => sum + exact(fees), 0n)).toBe(exact(account.feesPaid))
  expect((await client.good('realized', { from: Date.now() + 3_600_000 })).items).toEqual([])
  const ledger = await client.good('ledger', { kind: 'deposit' })
  expect(ledger.items).toMatchObject([{ kind: 'deposit', amount: '100000.00' }])
  await client.refused('ledger', { kind: 'gift' }, 'INVALID')
})
