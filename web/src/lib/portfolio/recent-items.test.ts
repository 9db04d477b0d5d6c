import { expect, test, vi } from 'vitest'

// Without Svelte's compiler each rune is the value it holds.
vi.stubGlobal('$state', { raw: <Value>(value: Value) => value })
const { RecentItems } = await import('./recent-items.svelte.ts')

test('items added for hours stay within the bound, and are no longer the whole list', () => {
  const items = new RecentItems<number>(() => Promise.reject(new Error('away')), String, { items: [0] })
  expect(items.isWhole).toBe(true)
  for (let item = 1; item <= 2_500; item += 100) items.prepend(Array.from({ length: 100 }, (_, at) => item + 99 - at))
  expect([items.items.length, items.items[0], items.isWhole]).toEqual([2_000, 2_500, false])
})
