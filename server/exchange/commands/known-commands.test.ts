import { expect, it } from 'vitest'
import { KnownCommands } from './known-commands.ts'
import { commandHash } from '../../journal/journal.ts'

/** An account all of whose ids have been read. */
function read(known: KnownCommands, account: number, hashes: readonly number[] | 'too many'): void {
  known.reading(account)(hashes)
}
const isAtHand = (known: KnownCommands, account: number): boolean => !known.isWorthReading(account)

it('knows what was read and what was added, and nothing else', () => {
  const known = new KnownCommands()
  read(known, 16, [commandHash('o:a')])
  known.add(16, 'o:b')
  expect([known.mayHave(16, 'o:a'), known.mayHave(16, 'o:b'), known.mayHave(16, 'o:c')]).toEqual([true, true, false])
})

it('takes any id for one that may be known until all of its account are at hand', () => {
  const known = new KnownCommands()
  expect(known.mayHave(16, 'o:a')).toBe(true)
  known.add(16, 'o:b')
  expect([known.mayHave(16, 'o:a'), known.isWorthReading(16)]).toEqual([true, true])
  read(known, 16, [])
  expect([known.mayHave(16, 'o:a'), known.mayHave(16, 'o:b'), known.isWorthReading(16)]).toEqual([false, true, false])
})

it('knows all of an account that was opened just now', () => {
  const known = new KnownCommands()
  known.opened(16)
  expect(known.mayHave(16, 'o:a')).toBe(false)
})

it('knows what was answered while the journal was read', () => {
  const known = new KnownCommands()
  const found = known.reading(16)
  known.add(16, 'o:late')
  found([commandHash('o:a')])
  expect([known.mayHave(16, 'o:late'), known.mayHave(16, 'o:a'), known.mayHave(16, 'o:b')]).toEqual([true, true, false])
})

it('takes nothing of a reading whose account was forgotten meanwhile: what came in between is not in it', () => {
  const known = new KnownCommands(2)
  const found = known.reading(16)
  known.add(16, 'o:late')
  known.settled(16)
  read(known, 17, [1, 2])
  found([])
  expect([known.mayHave(16, 'o:late'), known.isWorthReading(16)]).toEqual([true, true])
})

it('forgets the account that has been silent longest when there are too many ids', () => {
  const known = new KnownCommands(3)
  read(known, 16, [1, 2])
  read(known, 17, [3])
  known.mayHave(16, 'o:a')
  read(known, 18, [4])
  expect([16, 17, 18].map((account) => isAtHand(known, account))).toEqual([true, false, true])
})

it('keeps an account whose answers are not committed: the journal could not give their ids back', () => {
  const known = new KnownCommands(3)
  read(known, 16, [1, 2])
  known.add(16, 'o:a')
  read(known, 17, [3, 4])
  expect(isAtHand(known, 16)).toBe(true)
  known.settled(16)
  read(known, 18, [5])
  expect(isAtHand(known, 16)).toBe(false)
})

it('knows after a recovery what it knew before, and forgets an account whose answers are settled by it', () => {
  const known = new KnownCommands(3)
  read(known, 16, [1, 2])
  known.add(16, 'o:a')
  known.recovered()
  expect([known.mayHave(16, 'o:a'), known.mayHave(16, 'o:b')]).toEqual([true, false])
  read(known, 17, [3, 4])
  expect(isAtHand(known, 16)).toBe(false)
})

it('takes every id of an account that has too many for one that may be known, and does not read them again', () => {
  const known = new KnownCommands()
  read(known, 16, 'too many')
  known.add(16, 'o:a')
  expect([known.mayHave(16, 'o:b'), known.isWorthReading(16)]).toEqual([true, false])
})

it('keeps an account that alone has too many: its ids are its own', () => {
  const known = new KnownCommands(2)
  read(known, 16, [1, 2, 3])
  expect(isAtHand(known, 16)).toBe(true)
})
