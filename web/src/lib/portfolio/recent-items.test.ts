import { expect, test, vi } from 'vitest'
import type { Page } from '#lib/positions/paged-list.svelte.ts'

// Without Svelte's compiler each rune is the value it holds.
vi.stubGlobal('$state', { raw: <Value>(value: Value) => value })
const { RecentItems } = await import('./recent-items.svelte.ts')

test('items added for hours stay within the bound, and are no longer the whole list', () => {
  const items = new RecentItems<number>(() => Promise.reject(new Error('away')), String, { items: [0] })
  expect(items.isWhole).toBe(true)
  for (let item = 1; item <= 2_500; item += 100) items.prepend(Array.from({ length: 100 }, (_, at) => item + 99 - at))
  expect([items.items.length, items.items[0], items.isWhole]).toEqual([2_000, 2_500, false])
})

test('a page requested before the list started over is not appended to it, which would leave a gap', async () => {
  const asked: { readonly cursor: string | undefined; readonly answer: (page: Page<number>) => void }[] = []
  const fetch = (cursor: string | undefined) =>
    new Promise<Page<number>>((answer) => void asked.push({ cursor, answer }))
  const answer = async (page: Page<number>) => {
    asked.shift()?.answer(page)
    await new Promise((resolve) => setImmediate(resolve))
  }
  const items = new RecentItems<number>(fetch, String, { items: [5, 4], nextCursor: '4' })
  const filled = items.fill()
  const refreshed = items.refresh()
  const older = asked.shift()
  await answer({ items: [20, 19], nextCursor: '19' }) // more has happened than fits one page
  older?.answer({ items: [3, 2], nextCursor: '2' })
  await expect.poll(() => asked.map(({ cursor }) => cursor)).toEqual(['19'])
  expect(items.items).toEqual([20, 19])
  await answer({ items: [18] })
  await Promise.all([filled, refreshed])
  expect([items.items, items.isWhole]).toEqual([[20, 19, 18], true])
})
