import { expect, test } from 'vitest'
import { cardAt, readingLineAt } from './reading-line.ts'

test('the eyes are in the upper quarter, and at the foot when there is no more to come', () => {
  const at = (leftPx: number) => readingLineAt({ heightPx: 800, leftPx })
  expect([5_000, 800, 400, 0, -1].map(at)).toEqual([200, 200, 500, 800, 800])
})

test('every card is looked at in its turn as the page goes by, none twice', () => {
  const heights = [600, 90, 300, 60, 200, 60]
  const tops = heights.map((_, i) => heights.slice(0, i).reduce((sum, height) => sum + height, 0))
  const heightPx = 500
  const range = heights.reduce((sum, height) => sum + height, 0) - heightPx
  const seen: (number | undefined)[] = []
  for (let scroll = 0; scroll <= range; scroll++) {
    const cards = tops.map((top, id) => ({ id, topPx: top - scroll }))
    const id = cardAt(cards, readingLineAt({ heightPx, leftPx: range - scroll }))
    if (seen.at(-1) !== id) seen.push(id)
  }
  expect(seen).toEqual([0, 1, 2, 3, 4, 5])
})

test('above the first card the first is looked at, of none none', () => {
  expect(cardAt([{ id: 'a', topPx: 90 }], 10)).toBe('a')
  expect(cardAt([], 10)).toBeUndefined()
})
