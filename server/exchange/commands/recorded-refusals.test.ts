import { ERROR_CODES, ERRORS, type Retry } from '@valiant/shared/protocol/errors'
import { expect, it } from 'vitest'
import { REJECT_CODES, type RejectCode } from '../../engine/state.ts'

it('no refusal that the engine records may be retried under the same id', () => {
  const retryOf = (code: RejectCode): Retry => ERRORS[code].retry
  expect(REJECT_CODES.filter((code) => retryOf(code) === 'same_id')).toEqual([])
})

it('every error that may be retried under a new id says so in its cure', () => {
  const underNewId = ERROR_CODES.filter((code) => ERRORS[code].retry === 'new_id')
  expect(underNewId.filter((code) => !ERRORS[code].cure.includes('under a new id'))).toEqual([])
})
