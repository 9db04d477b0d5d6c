import { expect, test } from 'vitest'
import { Unavailable } from '../../bus/commands.ts'
import { failure, foundText, isDefect, toWireError, toWireErrorOfChange } from './wire-error.ts'

test('a failure meant for the client is sent as it is', () => {
  expect(toWireErrorOfChange(failure('NOT_FOUND', 'No such order.'))).toEqual({
    ...{ code: 'NOT_FOUND', message: 'No such order.', outcome: 'not_executed' },
  })
})

test('an external failure is UNAVAILABLE, and the request was not executed', () => {
  expect(toWireErrorOfChange(new Unavailable('full', { retryAfterMs: 7 }))).toMatchObject({
    ...{ code: 'UNAVAILABLE', outcome: 'not_executed', retryAfterMs: 7 },
  })
  const unreachable = ['ECONNREFUSED', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', '57P01', '08006']
  for (const code of [...unreachable, '25006', '28P01', '55P03', '40P01']) {
    const error = Object.assign(new Error('the database'), { code })
    expect(toWireError(error).code).toBe('UNAVAILABLE')
    expect(isDefect(error)).toBe(false)
  }
  expect(toWireError(new Error('Connection terminated unexpectedly')).code).toBe('UNAVAILABLE')
})

test('a defect reveals no details, and its outcome is unknown', () => {
  const error = Object.assign(new Error('secret: select * from users'), { code: '42P01' })
  expect(isDefect(error)).toBe(true)
  expect(JSON.stringify(toWireErrorOfChange(error))).not.toContain('secret')
  expect(toWireErrorOfChange(error)).toMatchObject({ code: 'INTERNAL', outcome: 'unknown' })
  expect(toWireError(error)).toMatchObject({ code: 'INTERNAL', outcome: 'not_executed' })
})

test('a long value is shortened', () => {
  expect(foundText('x'.repeat(10_000))).toBe(`"${'x'.repeat(39)}…"`)
  expect(foundText([1, 2])).toBe('a list of 2')
  expect(foundText({ toJSON: 1 })).toBe('an object')
  expect(foundText(() => 1)).toBe('function')
  expect(foundText(undefined)).toBe('nothing')
})
