import { RequestRefused } from '@valiant/shared/client/errors'
import type { WireError } from '@valiant/shared/protocol/wire-error'
import { expect, test } from 'vitest'
import { accountRefusal } from './account-refusal.ts'

const refused = (error: Partial<WireError>) =>
  accountRefusal(new RequestRefused({ message: 'As the server says.', outcome: 'not_executed', ...error } as WireError))

test('a withdrawal of more than is free says what is', () => {
  expect(refused({ code: 'INSUFFICIENT_FUNDS', details: { available: '120.50' } })).toBe(
    '$120.50 are free. Nothing was moved. Cancel an open order, or close a position, to have more.',
  )
})

test('back to cash needs what is owed to be closed first', () => {
  expect(refused({ code: 'INSUFFICIENT_MARGIN' })).toContain('close those first')
})

test('everything else is shown in the server’s words, and unknown errors are not guessed at', () => {
  expect(refused({ code: 'INVALID' })).toBe('As the server says.')
  expect(accountRefusal(new Error('gone'))).toContain('isn’t known yet')
})
