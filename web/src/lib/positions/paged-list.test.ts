import { beforeEach, expect, test, vi } from 'vitest'
import type { Page, PagedList } from './paged-list.svelte.ts'

// Nothing here waits for a rune to be noticed: without Svelte's compiler each is the value it holds.
vi.stubGlobal('$state', { raw: <Value>(value: Value) => value })
const { PagedList: List } = await import('./paged-list.svelte.ts')

interface Asked {
  readonly cursor: string | undefined
  answer(page: Page<string>): void
  fail(): void
}

let list: PagedList<string>
let asked: Asked[]
const settled = () => new Promise((resolve) => setTimeout(resolve))

beforeEach(() => {
  asked = []
  list = new List(
    (cursor) => new Promise((answer, fail) => asked.push({ cursor, answer, fail: () => fail(new Error('lost')) })),
    (item) => item,
  )
})

test('one that is forgotten begins anew', async () => {
  list.open()
  asked[0]?.answer({ items: ['theirs'], nextCursor: 'after theirs' })
  await settled()
  expect([list.items, list.hasMore]).toEqual([['theirs'], true])
  list.forget()
  expect([list.items, list.hasMore, list.state]).toEqual([[], false, 'new'])
  list.open()
  expect(asked[1]?.cursor).toBeUndefined()
  asked[1]?.answer({ items: ['mine'] })
  await settled()
  expect([list.items, list.hasMore, list.state]).toEqual([['mine'], false, 'ready'])
})

test.each(['answered', 'refused'])('what was asked for before counts for nothing, be it %s', async (end) => {
  list.open()
  list.forget()
  list.open()
  if (end === 'answered') asked[0]?.answer({ items: ['theirs'], nextCursor: 'after theirs' })
  else asked[0]?.fail()
  await settled()
  expect([list.items, list.state]).toEqual([[], 'loading'])
  asked[1]?.answer({ items: ['mine'] })
  await settled()
  expect([list.items, list.hasMore, list.state]).toEqual([['mine'], false, 'ready'])
})

test('what was fetched anew for somebody else counts for nothing', async () => {
  list.open()
  asked[0]?.answer({ items: ['theirs'] })
  await settled()
  void list.reload()
  list.forget()
  asked[1]?.answer({ items: ['theirs too'] })
  await settled()
  expect([list.items, list.state]).toEqual([[], 'new'])
})
