import type { Account, AccountFrame } from '@valiant/shared/protocol/account'
import pg from 'pg'
import { expect, test } from 'vitest'
import { connect, type ProtocolClient } from './client.ts'
import { desk } from './desk.ts'

const at = desk()
const EUR = 'EUR-USD'
const atMarket = (side: 'buy' | 'sell', qty: string, symbol = at.on.symbol) => ({ symbol, side, type: 'market', qty })

interface SavedMarket {
  readonly instruments: readonly {
    readonly symbol: string
    readonly value: { readonly logReturn: number }
    readonly flow: { readonly followedTicks: number }
  }[]
}

/** While the server is stopped, multiplies the price of an instrument by `factor`. */
async function gap(symbol: string, factor: number): Promise<void> {
  await at.restart(async () => {
    const database = new pg.Client({ connectionString: at.database.url })
    await database.connect()
    const { rows } = await database.query<{ state: SavedMarket }>('SELECT state FROM simulator_state')
    const { state } = rows[0]!
    const instruments = state.instruments.map((one) =>
      one.symbol === symbol
        ? {
            ...one,
            value: { ...one.value, logReturn: one.value.logReturn + Math.log(factor) },
            flow: { ...one.flow, followedTicks: one.flow.followedTicks * factor },
          }
        : one,
    )
    await database.query('UPDATE simulator_state SET state = $1', [JSON.stringify({ ...state, instruments })])
    await database.end()
  })
}

const statesOf = (client: ProtocolClient) =>
  client.of<AccountFrame>('account').map(({ balance }) => balance.marginState)
const equityOf = ({ equity }: Account) => Number(equity)

test('a cash account cannot sell what it does not hold; a margin account opens a short, and closes it', async () => {
  const { client, on } = at
  await client.refused('order.place', { clientOrderId: 'short', ...atMarket('sell', '100') }, 'INSUFFICIENT_POSITION')
  await client.good('account.update', { mode: 'margin' })
  const short = await client.place(atMarket('sell', '1000'))
  const { account, positions } = await client.account()
  expect(positions).toMatchObject([{ symbol: on.symbol, qty: '-1000' }])
  expect(Number(positions[0]?.liquidationPrice)).toBeGreaterThan(Number(short.avgPrice))
  expect(Number(account.marginUsed)).toBeCloseTo(-Number(positions[0]?.value) / 2, 0)
  expect(Number(account.buyingPower)).toBeCloseTo(equityOf(account) - Number(account.marginUsed), 2)
  expect(await client.refused('account.update', { mode: 'cash' }, 'INSUFFICIENT_MARGIN')).toHaveProperty('message')
  await client.good('position.close', { symbol: on.symbol })
  const beyondCash = { symbol: on.symbol, side: 'buy', type: 'limit', qty: '1300', limitPrice: on.below(2) }
  const { orderId } = await client.place(beyondCash)
  const uncovered = await client.refused('account.update', { mode: 'cash' }, 'INSUFFICIENT_MARGIN')
  expect(Number(uncovered.details?.['required'])).toBeGreaterThan(Number(uncovered.details?.['available']))
  expect(uncovered.message).toContain('open orders need more cash')
  await client.good('order.cancel', { orderId })
  expect(await client.good('account.update', { mode: 'cash' })).toMatchObject({ mode: 'cash', marginUsed: '0.00' })
})

test('leverage is limited by asset class: higher for currencies than for shares', async () => {
  const { client } = at
  await client.good('account.update', { mode: 'margin' })
  const tooMuch = { clientOrderId: 'much', ...atMarket('buy', '5000') }
  const error = await client.refused('order.place', tooMuch, 'INSUFFICIENT_MARGIN')
  expect(Number(error.details?.['required'])).toBeGreaterThan(Number(error.details?.['available']))
  const levered = await client.place(atMarket('buy', '1000000', EUR))
  expect(levered.status).toBe('filled')
  const { account } = await client.account()
  expect(Number(account.cash)).toBeLessThan(-900_000)
  await client.refused('account.withdraw', { amount: '90000.00' }, 'INSUFFICIENT_FUNDS')
})

test('in a margin call, orders are canceled and positions liquidated until the margin suffices', async () => {
  const { client } = at
  await client.good('account.update', { mode: 'margin' })
  await client.place(atMarket('buy', '1500000', EUR))
  const resting = { symbol: EUR, side: 'buy', type: 'limit', qty: '1000', limitPrice: '0.50000' }
  const { orderId } = await client.place(resting)
  await gap(EUR, 0.955)
  const again = await connect(at.server.url, { cookie: client.cookie ?? '' })
  await expect.poll(() => statesOf(again).includes('liquidating'), { timeout: 60_000 }).toBe(true)
  await expect.poll(() => statesOf(again).at(-1), { timeout: 60_000 }).toBe('ok')
  expect(await again.good('order.get', { orderId })).toMatchObject({ status: 'canceled', reason: 'liquidation' })
  const sales = (await again.good('orders')).items.filter(({ source }) => source === 'system')
  expect(sales.length).toBeGreaterThan(0)
  for (const sale of sales) expect(sale).toMatchObject({ side: 'sell', type: 'market', timeInForce: 'ioc' })
  const frames = again.of<AccountFrame>('account')
  expect(frames.map(({ cause }) => cause)).toContain('liquidation')
  expect(frames.map(({ seq }) => seq)).toEqual(frames.map((_, i) => (frames[0]?.seq ?? 0) + i))
  const { account } = await again.account()
  expect(equityOf(account)).toBeGreaterThanOrEqual(1.25 * Number(account.maintenanceMargin))
})
