import { expect, test } from 'vitest'
import type { NewsItem } from '../../journal/news.ts'
import { NewsWriter } from './news-writer.ts'

/** A writer whose database calls are completed by the test. */
function rig() {
  const asked: { numbers: number[]; answer: PromiseWithResolvers<undefined> }[] = []
  const due: (() => void)[] = []
  const writer = new NewsWriter({
    news: {
      write: (items) => {
        const answer = Promise.withResolvers<undefined>()
        asked.push({ numbers: items.map(({ number }) => number), answer })
        return answer.promise
      },
    },
    clock: {
      now: () => 0,
      after: (_ms, call) => {
        due.push(call)
        return () => undefined
      },
    },
    log: { warn: () => undefined },
  })
  return { writer, asked, due }
}

const item = (number: number): NewsItem => ({
  ...{ epoch: 1, number, timeMs: number, symbol: undefined, kind: 'jump', headline: 'A headline' },
})

test('items added during a write are written together afterward', async () => {
  const { writer, asked } = rig()
  for (const number of [1, 2, 3]) writer.add(item(number))
  asked[0]?.answer.resolve(undefined)
  await expect.poll(() => asked.map(({ numbers }) => numbers)).toEqual([[1], [2, 3]])
})

test('while the database is unavailable, items wait and are then written in order', async () => {
  const { writer, asked, due } = rig()
  writer.add(item(1))
  writer.add(item(2))
  asked[0]?.answer.reject(new Error('away'))
  await expect.poll(() => due.length).toBe(1)
  writer.add(item(3))
  expect(asked).toHaveLength(1)
  due.shift()?.()
  await expect.poll(() => asked.map(({ numbers }) => numbers)).toEqual([[1], [1, 2, 3]])
})

test('disposal waits for the current write and retries nothing', async () => {
  const { writer, asked, due } = rig()
  writer.add(item(1))
  const ended = writer[Symbol.asyncDispose]()
  asked[0]?.answer.reject(new Error('away'))
  await ended
  expect(asked).toHaveLength(1)
  expect(due).toHaveLength(1) // the time limit of the disposal itself
})
