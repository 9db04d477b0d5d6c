import { afterEach, beforeEach, expect, test } from 'vitest'
import { ExchangeRig, good } from '../exchange.fixture.ts'

let rig: ExchangeRig
let account: number
beforeEach(async () => {
  rig = await ExchangeRig.open()
  account = await rig.openAccount('user-1')
})
afterEach(() => rig.close())

/** An indicative market, which a busy machine may start, numbers its own trades by the same ids: so they are not counted. */
const printed = () =>
  rig.marketFrames.flatMap(({ symbols }) => symbols.flatMap(({ trades }) => trades.map(({ id }) => String(id))))
const trade = () => rig.framesOf(account).flatMap(({ fills }) => fills.map(({ tradeId }) => tradeId))[0]

test('the trade of an order that was answered just before the exchange stopped is printed', async () => {
  good(await rig.place(account, 'a'))
  await rig.stop()
  expect(printed()).toContain(trade())
})

test('so is that of an order answered just before a fault', async () => {
  const { epoch } = rig
  let sent: 'nothing' | 'order' | 'next batch' = 'nothing'
  rig.proxy.watch((bytes) => {
    if (sent === 'nothing' && bytes.includes('answered')) sent = 'order'
    else if (sent === 'order' && bytes.includes('journal/commit-batch')) {
      sent = 'next batch'
      return 'cut'
    }
    return 'pass'
  })
  good(await rig.place(account, 'answered'))
  good(await rig.rest(account, 'next'))
  await expect.poll(() => rig.epoch, { timeout: 20_000 }).toBeGreaterThan(epoch)
  await expect.poll(printed, { timeout: 20_000 }).toContain(trade())
})
