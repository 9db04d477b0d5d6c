import { expect, it } from 'vitest'
import { KnownCommands } from './known-commands.ts'
import { commandHash } from '../../journal/journal.ts'

it('knows what was loaded and what was added, and nothing else', () => {
  const known = new KnownCommands()
  known.load(16, [commandHash('o:a')])
  known.add(16, 'o:b')
  expect([known.mayHave(16, 'o:a'), known.mayHave(16, 'o:b'), known.mayHave(16, 'o:c')]).toEqual([true, true, false])
  expect(known.isLoaded(17)).toBe(false)
})

it('forgets the account that has been silent longest when there are too many ids', () => {
  const known = new KnownCommands(3)
  known.load(16, [1, 2])
  known.load(17, [3])
  known.mayHave(16, 'o:a')
  known.load(18, [4])
  expect([16, 17, 18].map((account) => known.isLoaded(account))).toEqual([true, false, true])
})

it('keeps an account whose answers are not committed: the journal could not give their ids back', () => {
  const known = new KnownCommands(3)
  known.load(16, [1, 2])
  known.add(16, 'o:a')
  known.load(17, [3, 4])
  expect(known.isLoaded(16)).toBe(true)
  known.settled(16)
  known.load(18, [5])
  expect(known.isLoaded(16)).toBe(false)
})

it('takes every id of an account that has too many for known, until it is looked up', () => {
  const known = new KnownCommands()
  known.load(16, 'too many')
  known.add(16, 'o:a')
  expect(known.mayHave(16, 'o:b')).toBe(true)
})

it('keeps an account that alone has too many: its ids are its own', () => {
  const known = new KnownCommands(2)
  known.load(16, [1, 2, 3])
  expect(known.isLoaded(16)).toBe(true)
})
