import type { AlertFrame } from '@valiant/shared/protocol/alerts'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { closeAll, connect, guest, market, newId, type ProtocolClient } from '../protocol/client.ts'
import { soon } from '../rig/soon.ts'
import { openPlace, type Place } from './place.ts'

let place: Place
beforeAll(async () => {
  place = await openPlace()
})
afterAll(() => place[Symbol.asyncDispose]())
afterEach(() => closeAll())

const alertIdsOf = (...clients: ProtocolClient[]) =>
  clients.map((client) => client.of<AlertFrame>('alert').map(({ alertId }) => alertId))
test('an alert reaches sockets on every instance, and still fires after another instance has taken over', async () => {
  const first = await place.join()
  const second = await place.join()
  const atFirst = await guest(first.url)
  const cookie = atFirst.cookie ?? ''
  const atSecond = await connect(second.url, { cookie })
  const { symbol, price, above, qty } = await market(atFirst)
  // The market's own participants may not trade for half a minute.
  const trade = () =>
    atSecond.good('order.place', { clientOrderId: newId(), symbol, side: 'buy', type: 'market', qty: qty() })
  const near = { symbol, op: 'above', price: price(1) } as const
  const { alertId } = await atSecond.good('alert.create', near)
  await trade()
  await soon(() => expect(alertIdsOf(atFirst, atSecond)).toEqual([[alertId], [alertId]]))

  const far = await atSecond.good('alert.create', { symbol, op: 'above', price: above(100) })
  await first.stop()
  // The second leads now and watches the remaining alerts.
  const after = await atSecond.good('alert.create', near)
  await trade()
  await soon(() => expect(alertIdsOf(atSecond)).toEqual([[alertId, after.alertId]]))
  expect((await atSecond.good('alert.list')).filter(({ firedAt }) => firedAt === undefined)).toEqual([far])
})
