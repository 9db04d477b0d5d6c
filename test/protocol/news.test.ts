import { EVENTS } from '@valiant/shared/protocol/events'
import type { NewsFrame } from '@valiant/shared/protocol/news'
import { expect, test } from 'vitest'
import { connect, guest, type ProtocolClient, rest } from './client.ts'
import { desk } from './desk.ts'

const at = desk()
const { operator } = at

const newsOf = (client: ProtocolClient): NewsFrame[] =>
  client.of('news').map((frame) => EVENTS.news.strict().parse(frame))
/** Waits until the news received so far is exactly this. */
const newsBecomes = (client: ProtocolClient, expected: readonly object[]) =>
  expect.poll(() => newsOf(client)).toMatchObject(expected)

test('a halt and its end are sent to every socket, signed in or not, as a headline', async () => {
  const { client, on } = at
  const nobody = await connect(at.server.url)
  await operator('halt', on.symbol)
  const halt = {
    kind: 'halt',
    symbol: on.symbol,
    headline: `Trading in ${on.instrument.name} (${on.symbol}) is halted`,
  }
  for (const one of [client, nobody]) await newsBecomes(one, [halt])
  await operator('resume', on.symbol)
  for (const one of [client, nobody]) await newsBecomes(one, [halt, { kind: 'resume', symbol: on.symbol }])
  expect(newsOf(nobody)).toEqual(newsOf(client))
  const [first, second] = newsOf(client)
  expect(second!.id > first!.id).toBe(true)
  expect(second!.time).toBeGreaterThan(first!.time)
  expect(first!.epoch).toBe(client.of<{ epoch: number }>('heartbeat').at(-1)?.epoch)
})

test('past news can be read later, signed in or not, page by page, over socket and REST', async () => {
  const { client, on } = at
  const { symbol } = on
  await operator('halt', symbol)
  await newsBecomes(client, [{ kind: 'halt' }])
  await operator('resume', symbol)
  await newsBecomes(client, [{ kind: 'halt' }, { kind: 'resume' }])
  const [resumed, halted] = newsOf(client)
    .toReversed()
    .map(({ epoch: _epoch, ...news }) => news)
  const late = await connect(at.server.url)
  await expect.poll(async () => (await late.good('news')).items[0]).toEqual(resumed)
  const first = await late.good('news', { symbol, limit: 1 })
  expect(first).toEqual({ items: [resumed], nextCursor: resumed!.id })
  const { items: second } = await late.good('news', { symbol, limit: 1, cursor: first.nextCursor })
  expect(second).toEqual([halted])
  const other = (await late.good('instruments')).find((one) => one.symbol !== symbol)!.symbol
  const { items: elsewhere } = await late.good('news', { symbol: other, limit: 500 })
  expect(elsewhere.filter((news) => news.symbol !== other && news.symbol !== undefined)).toEqual([])

  const response = await rest(at.server.url, `/api/news?symbol=${symbol}&limit=1`)
  expect(await response.json()).toEqual({ ok: true, data: first })
  const fields = []
  for (const query of [{ symbol: 'NOPE' }, { cursor: 'no cursor' }, { limit: 0 }, { form: 1 }]) {
    fields.push((await late.refused('news', query, 'INVALID')).field)
  }
  expect(fields).toEqual(['symbol', 'cursor', 'limit', 'form'])
})

test('a dividend makes news when it is scheduled, unscheduled and paid', async () => {
  const { client, on } = at
  const { symbol } = on
  const dividend = (time: string) => operator('dividend', symbol, '--cents-per-lot', '5', '--at', time)
  const [, id = ''] = /^Scheduled (\d+):/.exec(await dividend('2099-01-01T00:00:00Z')) ?? []
  const scheduled = { kind: 'dividend', symbol, headline: expect.stringContaining('will pay a dividend of $0.05 a share on 1 January 2099 at 00:00 UTC') as string } // prettier-ignore
  await newsBecomes(client, [scheduled])
  await operator('unschedule', id)
  const calledOff = { kind: 'dividend', symbol, headline: expect.stringContaining('is called off') as string }
  await newsBecomes(client, [scheduled, calledOff])
  await dividend(new Date().toISOString())
  const paid = { kind: 'dividend', symbol, headline: expect.stringContaining('has paid a dividend of $0.05') as string }
  await newsBecomes(client, [scheduled, calledOff, paid])
})

test('a split makes news once, and a restarted server does not repeat planned events', async () => {
  const { client, on } = at
  const { symbol } = on
  await operator('split', symbol, '--ratio', '2:1', '--at', new Date().toISOString())
  const split = { kind: 'split', symbol, headline: `${on.instrument.name} (${symbol}) has been split 2 for 1` }
  await newsBecomes(client, [split])
  await operator('split', symbol, '--ratio', '1:2', '--at', '2099-01-01T00:00:00Z')
  await newsBecomes(client, [split, { ...split, headline: expect.stringContaining('will be split 1 for 2') as string }])
  await at.restart()
  const next = await guest(at.server.url)
  await operator('halt', symbol)
  await newsBecomes(next, [{ kind: 'halt', symbol }])
  await operator('resume', symbol)
  await newsBecomes(next, [
    { kind: 'halt', symbol },
    { kind: 'resume', symbol },
  ])
  expect(next.of<NewsFrame>('news')[0]!.id > client.of<NewsFrame>('news').at(-1)!.id).toBe(true)
})
