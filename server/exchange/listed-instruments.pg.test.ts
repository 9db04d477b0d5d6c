import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { StartupError } from '../database/startup-error.ts'
import { ExchangeRig, good, INSTRUMENTS, orderOf } from './exchange.fixture.ts'

const REMOVED = INSTRUMENTS[1]?.wire.symbol ?? ''

let rig: ExchangeRig
let account: number
beforeEach(async () => {
  rig = await ExchangeRig.open()
  account = await rig.openAccount('user-1')
})
afterEach(() => rig.close())

/** Restarts without the second instrument. */
async function restartWithout(): Promise<void> {
  await rig.stop()
  rig.instruments = INSTRUMENTS.slice(0, 1)
  await rig.resume()
}

test('a request for an unlisted instrument is refused, and the market continues', async () => {
  await restartWithout()
  const { epoch } = rig
  const refused = { ok: false, error: { code: 'INTERNAL', outcome: 'not_executed' } }
  expect(await rig.place(account, 'a', { symbol: REMOVED })).toMatchObject(refused)
  expect(await rig.ask({ ...orderOf(account, 'b'), symbol: REMOVED, event: 'order.preview' })).toMatchObject(refused)
  const cancelAll = { event: 'order.cancelAll', account, symbol: REMOVED } as const
  expect(await rig.ask(cancelAll, { commandId: 'r:1' })).toMatchObject(refused)
  good(await rig.place(account, 'c'))
  expect(rig.epoch).toBe(epoch)
})

test('an instrument without positions and orders may be removed from the list', async () => {
  good(await rig.place(account, 'a', { symbol: REMOVED, lots: 1 }))
  const close = { event: 'position.close', account, symbol: REMOVED, source: 'api' } as const
  good(await rig.ask(close, { commandId: 'r:1' }))
  await restartWithout()
  good(await rig.place(account, 'b'))
})

test('an instrument with a position may not be removed, and the start reports it', async () => {
  good(await rig.place(account, 'a', { symbol: REMOVED, lots: 1 }))
  const restarted = restartWithout()
  await expect(restarted).rejects.toThrow(StartupError)
  await expect(restarted).rejects.toThrow(`Accounts hold positions or open orders in ${REMOVED}`)
})

describe('after fees were raised', () => {
  /** Starts with the fees of the first instrument multiplied. */
  async function restartWithFees(factor: number): Promise<void> {
    await rig.stop()
    rig.instruments = INSTRUMENTS.map(({ spec, ...rest }) => ({
      ...rest,
      spec: { ...spec, makerBps: spec.makerBps * factor, takerBps: spec.takerBps * factor },
    }))
    await rig.resume()
  }
  const limitTicks = 5_000
  const resting = { type: 'limit', limitTicks, timeInForce: 'gtc' } as const
  /** The most lots that the account's 100,000.00 pay for at that limit, with today's fee. */
  const mostLots = Math.floor((10_000_000 * 10_000) / (limitTicks * (10_000 + (INSTRUMENTS[0]?.spec.takerBps ?? 0))))

  test('an open order reserves what it may cost now', async () => {
    good(await rig.place(account, 'a', { ...resting, lots: 100 }))
    const before = await rig.account(account)
    await restartWithFees(10)
    const after = await rig.account(account)
    expect(after.openOrders).toMatchObject([{ clientOrderId: 'a', status: 'open' }])
    expect(Number(after.account.held)).toBeGreaterThan(Number(before.account.held))
    await expect
      .poll(() => rig.count('SELECT sum(held_cents) AS count FROM orders'))
      .toBe(Number(after.account.held) * 100)
  })

  test('the newest orders that a cash account can no longer pay for are canceled, and the market goes on', async () => {
    good(await rig.place(account, 'older', { ...resting, lots: 100 }))
    good(await rig.place(account, 'newer', { ...resting, lots: mostLots - 100 }))
    await restartWithFees(10)
    await expect.poll(() => rig.ordersOf(account).get('newer')).toMatchObject({ status: 'canceled', reason: 'admin' })
    expect((await rig.account(account)).openOrders).toMatchObject([{ clientOrderId: 'older' }])
    good(await rig.place(account, 'b', { lots: 1 }))
  })
})
