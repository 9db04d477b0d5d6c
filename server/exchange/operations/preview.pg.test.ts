import type { Order, OrderPreview } from '@valiant/shared/protocol/order'
import { afterEach, expect, test } from 'vitest'
import { ExchangeRig, good, orderOf } from '../exchange.fixture.ts'

let rig: ExchangeRig
afterEach(() => rig.close())

test('the notional of a trailing stop is its value at its current trigger price', async () => {
  rig = await ExchangeRig.open()
  const account = await rig.openAccount('user-1')
  const trailing = { type: 'trailing_stop', timeInForce: 'gtc', trailBps: 500 } as const
  const asked = { ...orderOf(account, 'a'), ...trailing, event: 'order.preview' } as const
  const [preview, placed] = await Promise.all([rig.ask(asked), rig.place(account, 'a', trailing)])
  const { notional, qty } = good(preview) as OrderPreview
  expect(Number(notional) / Number(qty)).toBeCloseTo(Number((good(placed) as Order).stopPrice), 6)
})
