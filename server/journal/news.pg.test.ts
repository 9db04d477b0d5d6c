import { expect, test } from 'vitest'
import { journalForEach } from './journal.fixture.ts'
import { News, type NewsItem } from './news.ts'

const at = journalForEach()
const news = () => new News(at.database.queries)

const item = (epoch: number, number: number, symbol?: string): NewsItem => ({
  ...{ epoch, number, timeMs: 1_000 * epoch + number, symbol, kind: 'jump', headline: `"${epoch}", {${number}}` },
})
const page = async (query: Partial<Parameters<News['list']>[0]> = {}) =>
  news().list({ symbol: undefined, before: undefined, limit: 10, ...query })

test('news is read as written, newest first, page by page', async () => {
  const told = [item(0, 1, 'VLNT'), item(0, 2), item(3, 1, 'MERI'), item(3, 2, 'VLNT')]
  await news().write([])
  await news().write(told)
  expect(await page()).toEqual(told.toReversed())
  const first = await page({ limit: 2 })
  expect(first).toEqual([told[3], told[2]])
  expect(await page({ limit: 2, before: first.at(-1) })).toEqual([told[1], told[0]])
  expect(await page({ before: told[0] })).toEqual([])
})

test('news of an instrument includes news of the whole market', async () => {
  await news().write([item(1, 1, 'VLNT'), item(1, 2), item(1, 3, 'MERI')])
  expect(await page({ symbol: 'VLNT' })).toEqual([item(1, 2), item(1, 1, 'VLNT')])
})

test('news written twice keeps its first version, and old news is removed', async () => {
  await news().write([item(1, 1), item(2, 1)])
  await news().write([{ ...item(1, 1), headline: 'another' }, item(2, 2)])
  expect(await page()).toEqual([item(2, 2), item(2, 1), item(1, 1)])
  await news().forget(2_001)
  expect(await page()).toEqual([item(2, 2), item(2, 1)])
})
