import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Page, PagedList } from './paged-list.svelte.ts'

// Without Svelte's compiler each rune is the value it holds.
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

test('a forgotten list starts over', async () => {
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

test.each(['answered', 'refused'])('the answer to an earlier request is ignored, even if %s', async (end) => {
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

test('a reload for another account is ignored', async () => {
  list.open()
  asked[0]?.answer({ items: ['theirs'] })
  await settled()
  void list.reload()
  list.forget()
  asked[1]?.answer({ items: ['theirs too'] })
  await settled()
  expect([list.items, list.state]).toEqual([[], 'new'])
})

describe('an item added during a request', () => {
  test('is not lost, neither in the first page nor after a failed "Show more"', async () => {
    list.open()
    list.prepend(['c'])
    asked[0]?.answer({ items: ['b', 'a'], nextCursor: 'after a' })
    await settled()
    expect(list.items).toEqual(['c', 'b', 'a'])
    void list.more()
    list.prepend(['d'])
    asked[1]?.fail()
    await settled()
    list.prepend(['e'])
    expect([list.state, list.items]).toEqual(['failed', ['e', 'd', 'c', 'b', 'a']])
  })

  test('comes before the page that was requested earlier', async () => {
    list.open()
    asked[0]?.answer({ items: ['b', 'a'] })
    await settled()
    void list.reload()
    list.prepend(['d'])
    asked[1]?.answer({ items: ['c', 'b', 'a'] })
    await settled()
    expect(list.items).toEqual(['d', 'c', 'b', 'a'])
  })
})

describe('reloading', () => {
  beforeEach(async () => {
    list.open()
    asked[0]?.answer({ items: ['d', 'c'], nextCursor: 'after c' })
    await settled()
    void list.more()
  })

  test('waits for the page that is under way, and keeps it', async () => {
    void list.reload()
    void list.reload()
    expect(asked).toHaveLength(2)
    asked[1]?.answer({ items: ['b', 'a'], nextCursor: 'after a' })
    await settled()
    expect(asked.map(({ cursor }) => cursor)).toEqual([undefined, 'after c', undefined])
    asked[2]?.answer({ items: ['e', 'd'], nextCursor: 'after d' })
    await settled()
    expect([list.items, asked.length]).toEqual([['e', 'd', 'c', 'b', 'a'], 3])
    void list.more()
    expect(asked[3]?.cursor).toBe('after a')
  })

  test('starts over where items between the two are missing', async () => {
    asked[1]?.answer({ items: ['b', 'a'] })
    await settled()
    void list.reload()
    asked[2]?.answer({ items: ['z', 'y'], nextCursor: 'after y' })
    await settled()
    expect([list.items, list.hasMore]).toEqual([['z', 'y'], true])
  })

  test('starts over once hundreds of items have been added', async () => {
    asked[1]?.answer({ items: ['b', 'a'] })
    await settled()
    for (let index = 0; index < 510; index++) list.prepend([`new ${index}`])
    expect(asked).toHaveLength(3)
    asked[2]?.answer({ items: ['new 500', 'new 499'], nextCursor: 'after new 499' })
    await settled()
    expect(list.items).toEqual([
      'new 509',
      'new 508',
      'new 507',
      'new 506',
      'new 505',
      'new 504',
      'new 503',
      'new 502',
      'new 501',
      'new 500',
      'new 499',
    ])
  })
})
