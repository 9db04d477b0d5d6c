import { expect, test } from 'vitest'
import type { NewCommand } from '../commands.ts'
import { comparePositions, nextPosition, toEntry, toFields } from './stream-entry.ts'

const NOW_MS = 1_700_000_000_000

const command: NewCommand = {
  id: 'a',
  gateway: 'gw-1',
  commandId: 'r:1',
  payloadHash: 'f00d',
  expiresAtMs: NOW_MS + 3_500,
  copy: 2,
  request: { event: 'account.update', account: 17, name: 'Jörg "Ω"' },
}

test('a command is read from its entry as it was written', () => {
  expect(toEntry('5-1', toFields(command), NOW_MS)).toEqual({ ...command, position: '5-1' })
  const { commandId: _, payloadHash: __, copy: ___, ...unnamed } = command
  expect(toEntry('5-1', toFields(unnamed), NOW_MS)).toEqual({ ...unnamed, position: '5-1' })
})

test('the trace of a command is ignored without tracing, as in an earlier version', () => {
  const trace = { sentry: `${'a'.repeat(32)}-${'b'.repeat(16)}-1`, baggage: 'sentry-sampled=true' }
  expect(toFields({ ...command, trace }).length).toBe(toFields(command).length + 2)
  expect(toEntry('5-1', toFields({ ...command, trace }), NOW_MS)).toEqual({ ...command, position: '5-1' })
})

test('an entry that is not a command of this version is ignored', () => {
  const fields = toFields(command)
  const without = (name: string) => fields.toSpliced(fields.indexOf(name), 2)
  const withValue = (name: string, value: string) => fields.with(fields.indexOf(name) + 1, value)
  for (const broken of [
    [],
    ['a'],
    ...['v', 'id', 'gw', 'exp', 'p'].map(without),
    withValue('v', '2'),
    withValue('p', '{'),
    withValue('exp', 'soon'),
  ]) {
    expect(toEntry('5-1', broken, NOW_MS)).toBeUndefined()
  }
})

test('a command with an expiry time too far in the future was dated by another clock and is ignored', () => {
  const dated = (expiresAtMs: number) => toEntry('5-1', toFields({ ...command, expiresAtMs }), NOW_MS)
  expect(dated(NOW_MS + 3_600_000)).toBeUndefined()
  expect(dated(NOW_MS + 5_000)).toBeDefined()
  expect(dated(NOW_MS - 5_000)).toBeDefined()
})

test('positions are ordered by both their numbers', () => {
  const ordered = ['0-0', '0-1', '9-0', '10-0', '10-2', '10-11', '1700000000000-0']
  expect([...ordered].reverse().sort(comparePositions)).toEqual(ordered)
  expect(comparePositions('10-2', '10-2')).toBe(0)
  expect(nextPosition('10-9')).toBe('10-10')
})
