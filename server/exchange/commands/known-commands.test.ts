import { expect, it } from 'vitest'
import { KnownCommands } from './known-commands.ts'
import { commandHash } from '../../journal/journal.ts'

/** Reads the ids of an account. */
function read(known: KnownCommands, account: number, hashes: readonly number[] | 'too many'): void {
  known.reading(account)(hashes)
}
const isInMemory = (known: KnownCommands, account: number): boolean => !known.isWorthReading(account)

it('knows the ids that were read or added, and no others', () => {
  const known = new KnownCommands()
  read(known, 16, [commandHash('o:a')])
  known.add(16, 'o:b')
  expect([known.mayHave(16, 'o:a'), known.mayHave(16, 'o:b'), known.mayHave(16, 'o:c')]).toEqual([true, true, false])
})

it('any id may be known until all ids of its account are in memory', () => {
  const known = new KnownCommands()
  expect(known.mayHave(16, 'o:a')).toBe(true)
  known.add(16, 'o:b')
  expect([known.mayHave(16, 'o:a'), known.isWorthReading(16)]).toEqual([true, true])
  read(known, 16, [])
  expect([known.mayHave(16, 'o:a'), known.mayHave(16, 'o:b'), known.isWorthReading(16)]).toEqual([false, true, false])
})

it('knows all ids of a newly opened account: there are none', () => {
  const known = new KnownCommands()
  known.opened(16)
  expect(known.mayHave(16, 'o:a')).toBe(false)
})

it('knows an id that was answered while the journal was being read', () => {
  const known = new KnownCommands()
  const found = known.reading(16)
  known.add(16, 'o:late')
  found([commandHash('o:a')])
  expect([known.mayHave(16, 'o:late'), known.mayHave(16, 'o:a'), known.mayHave(16, 'o:b')]).toEqual([true, true, false])
})

it('ignores ids read for an account that was dropped meanwhile: those answered since are missing', () => {
  const known = new KnownCommands(2)
  const found = known.reading(16)
  known.add(16, 'o:late')
  known.settled(16)
  read(known, 17, [1, 2])
  found([])
  expect([known.mayHave(16, 'o:late'), known.isWorthReading(16)]).toEqual([true, true])
})

it('drops the account that has been inactive longest when there are too many ids', () => {
  const known = new KnownCommands(3)
  read(known, 16, [1, 2])
  read(known, 17, [3])
  known.mayHave(16, 'o:a')
  read(known, 18, [4])
  expect([16, 17, 18].map((account) => isInMemory(known, account))).toEqual([true, false, true])
})

it('keeps an account with uncommitted answers: their ids cannot be read from the journal yet', () => {
  const known = new KnownCommands(3)
  read(known, 16, [1, 2])
  known.add(16, 'o:a')
  read(known, 17, [3, 4])
  expect(isInMemory(known, 16)).toBe(true)
  known.settled(16)
  read(known, 18, [5])
  expect(isInMemory(known, 16)).toBe(false)
})

it('keeps its ids after a recovery, and may drop an account whose answers the recovery has settled', () => {
  const known = new KnownCommands(3)
  read(known, 16, [1, 2])
  known.add(16, 'o:a')
  known.recovered()
  expect([known.mayHave(16, 'o:a'), known.mayHave(16, 'o:b')]).toEqual([true, false])
  read(known, 17, [3, 4])
  expect(isInMemory(known, 16)).toBe(false)
})

it('any id of an account with too many may be known, and they are not read again', () => {
  const known = new KnownCommands()
  read(known, 16, 'too many')
  known.add(16, 'o:a')
  expect([known.mayHave(16, 'o:b'), known.isWorthReading(16)]).toEqual([true, false])
})

it('keeps an account whose own ids alone exceed the maximum', () => {
  const known = new KnownCommands(2)
  read(known, 16, [1, 2, 3])
  expect(isInMemory(known, 16)).toBe(true)
})

it('keeps an account until the last of its answers is committed', () => {
  const known = new KnownCommands(2)
  read(known, 16, [])
  known.add(16, 'o:a')
  known.add(16, 'o:b')
  known.settled(16)
  read(known, 17, [1, 2])
  expect(isInMemory(known, 16)).toBe(true)
  known.settled(16)
  read(known, 18, [3])
  expect(isInMemory(known, 16)).toBe(false)
})

it('makes room for answers, too, and only when there are more ids than the maximum', () => {
  const known = new KnownCommands(3)
  read(known, 17, [1])
  known.add(16, 'o:a')
  known.settled(16)
  read(known, 16, [2])
  expect(isInMemory(known, 17)).toBe(true)
  known.add(16, 'o:a')
  expect(isInMemory(known, 17)).toBe(true)
  known.add(16, 'o:b')
  expect([isInMemory(known, 17), isInMemory(known, 16)]).toEqual([false, true])
})

it('the first of two simultaneous reads counts', () => {
  const known = new KnownCommands()
  const [first, second] = [known.reading(16), known.reading(16)]
  first([])
  known.add(16, 'o:a')
  second('too many')
  expect([known.mayHave(16, 'o:a'), known.mayHave(16, 'o:b')]).toEqual([true, false])
})

it('the ids of an account with too many take up no room', () => {
  const known = new KnownCommands(3)
  for (const id of ['o:a', 'o:b', 'o:c']) known.add(16, id)
  read(known, 16, 'too many')
  known.add(16, 'o:d')
  for (let answers = 0; answers < 4; answers++) known.settled(16)
  read(known, 17, [1, 2, 3])
  expect(isInMemory(known, 16)).toBe(true)
})
