import { idText } from '@valiant/shared/units/id'
import { expect, it } from 'vitest'
import type { Page } from '../../journal/history.ts'
import { type AccountHistory, pageOf } from './history.ts'

const ACCOUNT = 77
const NEWEST = 100_000
/** Numbers of the items with a symbol that is rarely traded. */
const RARE = [5, 9, 40_000, 40_001, 99_999]

/** A list of 100,000 items, few with the symbol asked for; `looked` records how far each page reads. */
function rareList(looked: number[]) {
  const stretchOf: AccountHistory['stretchOf'] = (_name, _account, { before = NEWEST + 1 }) =>
    Promise.resolve({ first: 1, before: Math.min(before, NEWEST + 1) })
  const read = ({ before = NEWEST + 1, downTo = 1, limit }: Page) => {
    looked.push(before - downTo)
    const found = RARE.filter((number) => number < before && number >= downTo).toReversed()
    return Promise.resolve(found.slice(0, limit).map((number) => ({ number })))
  }
  const toWire = ({ number }: { number: number }) => ({ id: idText(ACCOUNT, number), number })
  return { name: 'orders', history: { stretchOf } as AccountHistory, read, toWire, idOf } as const
}
const idOf = ({ id }: { id: string }) => id

it('looks a bounded way for a rare symbol on each page, and finds all its items over the pages', async () => {
  const looked: number[] = []
  const found: number[] = []
  let cursor: string | undefined
  do {
    const query = { symbol: 'RARE', limit: 2, ...(cursor !== undefined && { cursor }) }
    const page = await pageOf(query, ACCOUNT, rareList(looked))
    found.push(...page.items.map(({ number }) => number))
    cursor = page.nextCursor
  } while (cursor !== undefined)
  expect(found).toEqual(RARE.toReversed())
  expect(Math.max(...looked)).toBe(30_000)
})

it('reads a list without a symbol in one go', async () => {
  const looked: number[] = []
  const page = await pageOf({ limit: 50 }, ACCOUNT, rareList(looked))
  expect(page.items).toHaveLength(RARE.length)
  expect(page).not.toHaveProperty('nextCursor')
  expect(looked).toEqual([NEWEST])
})
