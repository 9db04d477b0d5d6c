import type { Candle, TickerFrame } from '@valiant/shared/protocol/market-data'
import { expect, test } from 'vitest'
import { newId, rest } from './client.ts'
import { desk } from './desk.ts'

const at = desk()
const { operator } = at

const statusOf = async (symbol: string) =>
  (await at.client.good('instruments')).find((one) => one.symbol === symbol)?.status
const now = () => new Date().toISOString()

test('an operator halts an instrument and resumes it: cancels go through, orders do not, everyone is notified', async () => {
  const { client, on } = at
  const buy = { symbol: on.symbol, side: 'buy', type: 'limit', qty: on.qty(), limitPrice: on.below(2) }
  const { orderId } = await client.place(buy)
  await operator('halt', on.symbol)
  await expect.poll(() => statusOf(on.symbol)).toBe('halted')
  const status = () => client.of<{ market: string; message?: string }>('status').at(-1)
  await expect.poll(status).toMatchObject({ market: 'open', message: expect.stringContaining(on.symbol) as string })
  expect((await client.good('order.get', { orderId })).status).toBe('open')
  const refused = await client.refused('order.place', { ...buy, clientOrderId: newId() }, 'MARKET_HALTED')
  expect(refused.order).toMatchObject({ status: 'rejected', rejectCode: 'MARKET_HALTED' })
  await client.refused('order.amend', { orderId, qty: on.qty(2) }, 'MARKET_HALTED')
  expect((await client.good('order.cancel', { orderId })).status).toBe('canceled')
  await operator('resume', on.symbol)
  await expect.poll(() => statusOf(on.symbol)).toBe('open')
  expect((await client.place({ ...buy, type: 'market', limitPrice: undefined })).status).toBe('filled')
  await operator('close', on.symbol)
  await expect.poll(() => statusOf(on.symbol)).toBe('closed')
  await client.refused('order.place', { ...buy, clientOrderId: newId() }, 'MARKET_CLOSED')
  await operator('open', on.symbol)
  await expect.poll(() => statusOf(on.symbol)).toBe('open')
  const other = await client.place({ ...buy, clientOrderId: newId() })
  expect(await operator('halt', on.symbol, '--cancel-orders')).toContain('are canceled')
  const placed = () => client.good('order.get', { orderId: other.orderId })
  await expect.poll(placed).toMatchObject({ status: 'canceled', reason: 'halt' })
  await operator('resume', on.symbol)
  await expect.poll(() => statusOf(on.symbol)).toBe('open')
})

test('an operator plays a scenario: spreads widen, and narrow when it ends', async () => {
  const { client, on } = at
  await client.good('subscribe', { channel: 'ticker', symbols: [on.symbol] })
  const spread = () => {
    const [ticker] = client.of<TickerFrame>('ticker').slice(-1)
    return Number(ticker?.ask) - Number(ticker?.bid)
  }
  const tick = Number(on.instrument.tickSize)
  expect(await operator('scenario', 'play', 'drought', on.symbol)).toMatch(/^VLNT: drought, from \S+ to \S+\n$/)
  expect(await operator('scenario', 'list')).toMatch(/flash-crash .+\n[^]+\nVLNT: drought, from/)
  await expect.poll(spread, { timeout: 60_000 }).toBeGreaterThan(5.5 * tick)
  expect(await operator('scenario', 'end', 'all')).toContain('Ended on VLNT.')
  expect(await operator('scenario', 'list')).toContain('No scenario is being played.')
  await expect.poll(spread, { timeout: 60_000 }).toBeLessThan(3.5 * tick)
})

test('an operator’s invalid command is refused with what was expected', async () => {
  await expect(operator('halt', 'NOPE')).rejects.toThrow('NOPE is not listed')
  await expect(operator('split', at.on.symbol, '--ratio', '2', '--at', now())).rejects.toThrow('a whole number')
  await expect(operator('split', at.on.symbol, '--ratio', '2:1', '--at', 'soon')).rejects.toThrow(
    'a time with its zone',
  )
  const untradable = 'a ratio that leaves'
  await expect(operator('split', at.on.symbol, '--ratio', '1:1000', '--at', now())).rejects.toThrow(untradable)
  await expect(operator('split', at.on.symbol, '--ratio', '1000:1', '--at', now())).rejects.toThrow(untradable)
  const lavish = operator('dividend', at.on.symbol, '--cents-per-lot', '9007199254740991', '--at', now())
  await expect(lavish).rejects.toThrow('as --cents-per-lot')
  const [dividend, past] = [['dividend', at.on.symbol, '--cents-per-lot', '5', '--at'], '2020-01-01T00:00:00Z']
  await expect(operator(...dividend, past)).rejects.toThrow(`Expected a future time for --at, found ${past}`)
  await expect(operator('split', at.on.symbol, '--ratio', '2:1', '--at', past)).rejects.toThrow(
    'Expected a future time',
  )
  expect(await operator('scheduled')).toContain('Nothing is scheduled')
  await expect(operator('scenario', 'play', 'crash', at.on.symbol)).rejects.toThrow('Expected one of flash-crash, ')
  await expect(operator('scenario', 'play', 'trend', 'NOPE')).rejects.toThrow('NOPE is not listed')
  await expect(operator('scenario', 'play', 'trend', 'all', '--at', 'soon')).rejects.toThrow('a time with its zone')
})

test('an unscheduled dividend is no longer listed', async () => {
  const output = await operator('dividend', at.on.symbol, '--cents-per-lot', '5', '--at', '2099-01-01T00:00:00Z')
  const [, id = ''] = /^Scheduled (\d+):/.exec(output) ?? []
  expect(await operator('scheduled')).toContain(`${id}: ${at.on.symbol}, dividend of 5 cents per lot`)
  await operator('unschedule', id)
  expect(await operator('scheduled')).toContain('Nothing is scheduled')
})

test('a split changes positions, orders and the history together, but not the day’s change', async () => {
  const { client, on } = at
  const { symbol } = on
  await client.place({ symbol, side: 'buy', type: 'market', qty: '11' })
  const resting = { symbol, side: 'buy', type: 'limit', qty: '4', limitPrice: on.below(3) }
  const { orderId, limitPrice } = await client.place(resting)
  const to = Date.now() - 2 * 3_600_000
  const hours = () => client.good('candles', { symbol, interval: '1h', limit: 20, to })
  const before = { candles: await hours(), money: await client.money() }
  await client.good('subscribe', { channel: 'ticker', symbols: [symbol] })
  await operator('split', symbol, '--ratio', '2:1', '--at', now())
  await expect.poll(async () => (await client.account().catch(() => undefined))?.positions[0]?.qty).toBe('22') // prettier-ignore
  const order = await client.good('order.get', { orderId })
  expect(order).toMatchObject({ qty: '8', status: 'open' })
  expect(Number(order.limitPrice)).toBeCloseTo(Number(limitPrice) / 2, 1)
  const close = (candle: Candle | undefined) => Number(candle?.[4])
  // The history is restated a moment after the commit that changed the positions.
  const halved = close(before.candles[0]) / 2
  await expect.poll(async () => close((await hours())[0])).toBeCloseTo(halved, 1)
  for (const [i, candle] of (await hours()).entries()) {
    expect(close(candle)).toBeCloseTo(close(before.candles[i]) / 2, 1)
    expect(Number(candle[5])).toBe(2 * Number(before.candles[i]?.[5]))
  }
  expect(Math.abs(Number((await client.money()).equity) - Number(before.money.equity))).toBeLessThan(20)
  const split = { kind: 'split', asset: symbol, amount: '11', note: `2-for-1 split of ${symbol}` }
  expect((await client.good('ledger')).items).toContainEqual(expect.objectContaining(split))
  const csv = await rest(at.server.url, '/api/ledger?format=csv', { cookie: client.cookie })
  expect(await csv.text()).toContain(`,2-for-1 split of ${symbol}\r\n`)
  const tickers = () => client.of<TickerFrame>('ticker').filter((ticker) => ticker.symbol === symbol)
  const isSplit = ({ last }: TickerFrame) => Number(last) < 0.7 * Number(on.price(on.bidTicks))
  await expect.poll(() => tickers().some(isSplit)).toBe(true)
  for (const { changePct } of tickers()) expect(Math.abs(Number(changePct))).toBeLessThan(15)
})
