import { afterEach, beforeEach, expect, test } from 'vitest'
import { ExchangeRig, good } from '../exchange.fixture.ts'

let rig: ExchangeRig
let account: number
beforeEach(async () => {
  rig = await ExchangeRig.open()
  account = await rig.openAccount('user-1')
})
afterEach(() => rig.close())

/** How often the account's first trade was published; instruments number their trades separately. */
function timesPrinted(): number {
  const [fill] = rig.framesOf(account).flatMap(({ fills }) => fills)
  const printed = rig.marketFrames.flatMap(({ symbols }) =>
    symbols.flatMap(({ symbol, trades }) => (symbol === fill?.symbol ? trades : [])),
  )
  return printed.filter(({ id }) => String(id) === fill?.tradeId).length
}

test('the trade of an order answered just before the exchange stopped is published once', async () => {
  good(await rig.place(account, 'a'))
  await rig.stop()
  expect(timesPrinted()).toBe(1)
})

test('the trade of an order answered just before a fault is published once', async () => {
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
  await expect.poll(() => rig.epoch).toBeGreaterThan(epoch)
  await expect.poll(timesPrinted).toBe(1)
})
