import { expect, test } from 'vitest'
import { SeenIds } from './seen-ids.ts'

test('an id is new once, until everything is forgotten', () => {
  const ids = new SeenIds()
  expect([ids.add('a'), ids.add('a'), ids.add('b')]).toEqual([true, false, true])
  ids.clear()
  expect(ids.add('a')).toBe(true)
})

test('remembers the newest thousand', () => {
  const ids = new SeenIds()
  for (let id = 0; id < 1_000; id++) ids.add(String(id))
  expect(ids.add('0')).toBe(false)
  ids.add('1000')
  expect([ids.add('1'), ids.add('0')]).toEqual([false, true])
})
