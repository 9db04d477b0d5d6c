import { afterEach, beforeEach, expect, test } from 'vitest'
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

/** Starts without the second instrument. */
async function restartWithout(): Promise<void> {
  await rig.stop()
  rig.instruments = INSTRUMENTS.slice(0, 1)
  await rig.resume()
}

test('a request in an instrument that is not listed is refused, and the market goes on', async () => {
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

test('an instrument in which nobody holds anything any more may be removed from the list', async () => {
  good(await rig.place(account, 'a', { symbol: REMOVED, lots: 1 }))
  const close = { event: 'position.close', account, symbol: REMOVED, source: 'api' } as const
  good(await rig.ask(close, { commandId: 'r:1' }))
  await restartWithout()
  good(await rig.place(account, 'b'))
})

test('an instrument with a position in it may not, and the start says so', async () => {
  good(await rig.place(account, 'a', { symbol: REMOVED, lots: 1 }))
  const restarted = restartWithout()
  await expect(restarted).rejects.toThrow(StartupError)
  await expect(restarted).rejects.toThrow(`Accounts hold positions or open orders in ${REMOVED}`)
})
