import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ExportFailed, fileName, listFile } from './list-file.ts'

const HEAD = 'id,note\r\n'
let asked: URL[]
let answers: ((url: URL) => Response)[]
const csv = (rows: string, headers: Record<string, string> = {}) => new Response(HEAD + rows, { headers })

beforeEach(() => {
  vi.useFakeTimers()
  ;[asked, answers] = [[], []]
  vi.stubGlobal('fetch', (path: string) => {
    const url = new URL(path, 'http://here')
    asked.push(url)
    const answer = answers.shift()
    return answer ? Promise.resolve(answer(url)) : Promise.reject(new TypeError('offline'))
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const read = async (list: Parameters<typeof listFile>[0]['list'], signal = new AbortController().signal) => {
  const rows: number[] = []
  const file = listFile({ list, accountId: 'A-1', signal, onrows: (count) => rows.push(count) })
  void file.catch(() => undefined)
  await vi.runAllTimersAsync()
  return { text: await (await file).text(), rows }
}

test('pages follow each other into one file with one head, and rows are counted, whatever people wrote in them', async () => {
  answers = [
    () => csv('3,"a ""note""\r\nof two lines"\r\n2,\r\n', { link: '</api/orders?cursor=2&format=csv>; rel="next"' }),
    () => csv('1,x\r\n'),
  ]
  const { text, rows } = await read('orders')
  expect(text).toBe(`${HEAD}3,"a ""note""\r\nof two lines"\r\n2,\r\n1,x\r\n`)
  expect(rows).toEqual([2, 3])
  expect(asked.map(({ pathname, search }) => pathname + search)).toEqual([
    '/api/orders?accountId=A-1&limit=500&status=all&format=csv',
    '/api/orders?cursor=2&format=csv',
  ])
})

test('equity is read backwards, a page before the other, and stands in the file as it went', async () => {
  const MINUTE_MS = 60_000
  const points = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => `${(from + i) * MINUTE_MS + 1_000},1.00,1.00\r\n`).join('')
  answers = [() => csv(points(10, 1_510)), () => csv(points(0, 10))]
  const { text, rows } = await read('equity')
  expect(text).toBe(HEAD + points(0, 1_510))
  expect(rows).toEqual([1_500, 1_510])
  expect(asked[1]?.searchParams.get('to')).toBe(String(10 * MINUTE_MS))
})

test('an account that has nothing yet has a file with a head', async () => {
  answers = [() => csv('')]
  expect(await read('fills')).toEqual({ text: HEAD, rows: [0] })
})

test('what is refused for now, or lost on the way, is asked for again; what is refused for good ends it', async () => {
  const lost = () => Response.error()
  answers = [
    () => new Response('', { status: 429, headers: { 'retry-after': '2' } }),
    () => new Response('', { status: 503 }),
    () => csv('1,\r\n'),
  ]
  expect((await read('ledger')).text).toBe(`${HEAD}1,\r\n`)
  answers = [() => new Response('', { status: 401 })]
  await expect(read('ledger')).rejects.toThrow(ExportFailed)
  expect(asked).toHaveLength(4)
  answers = [lost]
  await expect(read('ledger')).rejects.toThrow(ExportFailed)
})

test('it ends when it is stopped', async () => {
  const stop = new AbortController()
  answers = [
    () => {
      stop.abort()
      return csv('1,\r\n', { link: '</api/orders?cursor=1>; rel="next"' })
    },
  ]
  await expect(read('orders', stop.signal)).rejects.toThrow('aborted')
  expect(asked).toHaveLength(1)
})

test('a file is called after the account, the list and the day', () => {
  expect(fileName('My “2nd” / account', 'fills', Date.UTC(2026, 10, 27))).toBe('my-2nd-account-fills-2026-11-27.csv')
})
