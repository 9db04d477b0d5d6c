import { afterEach, beforeEach, expect, test } from 'vitest'
import { formatSteps } from '@valiant/shared/units/decimal'
import { alertId } from '../../feed/account/alert.ts'
import { Alerts, type NewAlert, type PriceAlert } from '../../journal/alerts.ts'
import { CorporateActions } from '../../journal/corporate-actions.ts'
import { ExchangeRig, good, INSTRUMENTS } from '../exchange.fixture.ts'

let rig: ExchangeRig
let account = 0
beforeEach(async () => {
  rig = await ExchangeRig.open()
  account = await rig.openAccount('user-1')
})
afterEach(() => rig.close())

const alerts = () => new Alerts(rig.database.queries)
async function made(more: Partial<NewAlert> = {}): Promise<PriceAlert> {
  const defaults = { symbol: 'VLNT', op: 'above', ticks: 1, note: undefined, requestId: undefined, max: 10 } as const
  const outcome = await alerts().create({ account, ...defaults, ...more })
  if (typeof outcome === 'string') throw new Error(`expected an alert, found ${outcome}`)
  return outcome.alert
}
const published = () => rig.alerts.map(({ alert }) => alert.alertId)
/** Trades until exactly these alerts are published: the market's own trades may be half a minute apart. */
async function firedByTrades(...ids: number[]): Promise<void> {
  const trade = async () => {
    await rig.place(account, `trade-${++trades}`)
    return published()
  }
  await expect.poll(trade, { interval: 200 }).toEqual(ids.map(alertId))
}
let trades = 0
const firedOf = async () => (await alerts().list(account, 10)).filter(({ firedAtMs }) => firedAtMs !== undefined)
/** All published trades in VLNT. */
const prints = () =>
  rig.marketFrames
    .flatMap(({ symbols }) => symbols.filter(({ symbol }) => symbol === 'VLNT'))
    .flatMap((one) => one.trades)

test('an alert is fired by a published trade, and written before it is published', async () => {
  const { id } = await made({ ticks: rig.touch().askTicks, note: 'look' })
  await made({ ticks: rig.touch().askTicks * 2 })
  await made({ op: 'below', ticks: 1 })
  good(await rig.place(account, 'a'))
  await expect.poll(published).toEqual([alertId(id)])
  const [fired, ...others] = await firedOf()
  expect(others).toEqual([])
  expect(fired).toMatchObject({ id, note: 'look' })
  expect(prints().map(({ timeMs, ticks }) => [timeMs, ticks])).toContainEqual([fired!.firedAtMs, fired!.tradeTicks])
  const { tick } = INSTRUMENTS[0]!
  expect(rig.alerts).toMatchObject([
    { account, alert: { firedAt: fired!.firedAtMs, tradePrice: formatSteps(fired!.tradeTicks!, tick), op: 'above' } },
  ])
})

test('after a restart, waiting alerts are watched again and fired ones do not fire again', async () => {
  const first = await made()
  await firedByTrades(first.id)
  await rig.stop()
  const second = await made()
  await rig.resume()
  await firedByTrades(first.id, second.id)
  expect(await firedOf()).toHaveLength(2)
})

test('a deleted alert does not fire', async () => {
  const far = await made({ op: 'below', ticks: 1 })
  const { id } = await made({ ticks: rig.touch().askTicks * 2 })
  expect(await alerts().delete({ account, id, requestId: undefined })).toBe('deleted')
  await rig.reopenAt('VLNT', 2.5)
  const last = await made()
  await firedByTrades(last.id)
  expect((await alerts().list(account, 10)).map((one) => one.id)).toEqual([last.id, far.id])
})

test('indicative prices fire no alerts; the reopened market does', async () => {
  rig.proxy.cut()
  await expect.poll(() => rig.statuses.at(-1)?.market).toBe('degraded')
  // As a gateway with another route to the database would.
  const [row] = await rig.sql<{ alert_id: string }>(
    `INSERT INTO price_alert (account_id, symbol, op, price_ticks, created_at_ms)
     VALUES ($1, 'VLNT', 'above', 1, $2) RETURNING alert_id`,
    [account, Date.now()],
  )
  const from = rig.marketFrames.length
  await expect.poll(() => rig.marketFrames.slice(from).filter(({ indicative }) => indicative).length).toBeGreaterThan(10) // prettier-ignore
  expect(published()).toEqual([])
  rig.proxy.mend()
  await firedByTrades(Number(row?.alert_id))
  const { epoch } = rig
  const trade = prints().find(({ timeMs }) => timeMs === rig.alerts[0]?.alert.firedAt)
  expect(Math.floor((trade?.id ?? 0) / 1e9)).toBe(epoch)
})

test('a split keeps an alert’s distance from the price', async () => {
  const ticks = rig.touch().askTicks * 2
  const { id } = await made({ ticks })
  await new CorporateActions(rig.database.queries).schedule({
    ...{ symbol: 'VLNT', atMs: rig.nowMs + 500, kind: 'split', numerator: 4, denominator: 1 },
  })
  await expect.poll(async () => (await alerts().list(account, 10))[0]?.ticks).toBe(Math.ceil(ticks / 4)) // prettier-ignore
  const last = await made()
  await firedByTrades(last.id)
  expect((await alerts().list(account, 10)).map((one) => one.id)).toEqual([last.id, id])
})
