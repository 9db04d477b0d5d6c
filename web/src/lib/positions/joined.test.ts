import { expect, test } from 'vitest'
import { joined } from './joined.ts'

test('a newer version of an item replaces it, at the head', () => {
  const idOf = ([id]: readonly [string, number]) => id
  expect(
    joined(
      [['b', 2]],
      [
        ['b', 1],
        ['a', 1],
      ],
      idOf,
    ),
  ).toEqual([
    ['b', 2],
    ['a', 1],
  ])
})
