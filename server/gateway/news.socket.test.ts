import { setImmediate as turn } from 'node:timers/promises'
import type { NewsFrame } from '@valiant/shared/protocol/news'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Client, GatewayRig } from './gateway.fixture.ts'

let rig: GatewayRig
beforeEach(async () => {
  rig = await GatewayRig.open()
})
afterEach(() => rig[Symbol.asyncDispose]())

const news = (id: string, epoch = 1): NewsFrame => ({
  ...{
    epoch,
    id,
    time: 1,
    symbol: 'VLNT',
    kind: 'halt',
    headline: 'Trading in Valiant Exchange Group (VLNT) is halted',
  },
})
const received = (client: Client) => client.seen.flatMap(({ event, frame }) => (event === 'news' ? [frame] : []))

test('news goes once to every open socket, signed in or not, and to none that connects later', async () => {
  const [guest, nobody] = [await rig.connect({ cookie: await rig.guest() }), await rig.connect()]
  rig.exchange.broadcast.publishNews(news('A'))
  rig.exchange.broadcast.publishNews({ ...news('B'), symbol: undefined })
  await expect.poll(() => [guest, nobody].map((client) => received(client).length)).toEqual([2, 2])
  const { symbol: _symbol, ...ofAll } = news('B')
  for (const client of [guest, nobody]) expect(received(client)).toEqual([news('A'), ofAll])
  const late = await rig.connect()
  rig.exchange.broadcast.publishNews(news('C'))
  await expect.poll(() => received(late)).toEqual([news('C')])
})

test('news from a replaced leader is dropped', async () => {
  const client = await rig.connect()
  rig.exchange.broadcast.publishNews(news('A', 2))
  rig.exchange.broadcast.publishNews(news('B', 1))
  await turn()
  rig.exchange.broadcast.publishNews(news('C', 2))
  await expect.poll(() => received(client)).toEqual([news('A', 2), news('C', 2)])
})
