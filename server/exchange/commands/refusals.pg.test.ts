import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { START } from '../../bus/commands.ts'
import { ExchangeRig, good } from '../exchange.fixture.ts'

let rig: ExchangeRig
let account: number
beforeEach(async () => {
  rig = await ExchangeRig.open({ rates: { ordersPerSecond: 1, ordersBurst: 1 } })
  account = await rig.openAccount('user-1')
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rig.close()
})

const rateLimited = { ok: false, error: { code: 'RATE_LIMITED', outcome: 'not_executed' } }
const rowsOf = (clientOrderId: string) =>
  rig.count(`SELECT count(*) FROM orders WHERE client_order_id = '${clientOrderId}'`)

test('an order refused by the rate limit is not executed when a later term reads a duplicate of it', async () => {
  const other = await rig.openAccount('user-2')
  const sent = vi.spyOn(rig.bus, 'send')
  const replied = vi.spyOn(rig.bus, 'reply')
  rig.proxy.watch((bytes) => (bytes.includes('accepted') ? 'hold_answer' : 'pass'))
  const accepted = rig.rest(account, 'accepted')
  const refused = rig.rest(account, 'refused')
  const entry = sent.mock.lastCall?.[0]
  if (entry === undefined) throw new Error('expected the entry of the refused order')
  await expect.poll(() => rig.marketFrames.some(({ indicative }) => indicative)).toBe(true)
  // The gateway has heard nothing for a second, in which the account gets its next token.
  await rig.bus.send({ ...entry, expiresAtMs: rig.bus.nowMs() + 5_000 })
  rig.aheadMs += 1_000
  rig.proxy.mend()
  good(await accepted)
  expect(await refused).toMatchObject(rateLimited)
  good(await rig.rest(other, 'after'))
  const answers = replied.mock.calls.flatMap(([, { id, answer }]) => (id === entry.id ? [answer] : []))
  expect(answers).toMatchObject([rateLimited, rateLimited])
  expect(await rowsOf('refused')).toBe(0)
})

test('a successor does not read an order that was refused by the rate limit', async () => {
  good(await rig.rest(account, 'accepted'))
  expect(await rig.rest(account, 'refused')).toMatchObject(rateLimited)
  // Committed entries are trimmed; everything that is left would be read by the next leader.
  expect(rig.bus.consume(START, () => undefined).take(10)).toEqual([])
})
