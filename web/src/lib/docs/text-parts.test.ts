import { ERROR_CODES, ERRORS } from '@valiant/shared/protocol/errors'
import { expect, it } from 'vitest'
import { textParts } from './text-parts.ts'

it('distinguishes code from words', () => {
  expect(textParts('Wait for `retryAfterMs`, then send again.')).toEqual([
    { kind: 'words', text: 'Wait for ' },
    { kind: 'code', text: 'retryAfterMs' },
    { kind: 'words', text: ', then send again.' },
  ])
  expect(textParts('`low` `high`').map(({ text }) => text)).toEqual(['low', ' ', 'high'])
})

it('leaves a text without code, and a lonely backtick, as they are', () => {
  expect(textParts('Cancel one.')).toEqual([{ kind: 'words', text: 'Cancel one.' }])
  expect(textParts('a ` b')).toEqual([{ kind: 'words', text: 'a ` b' }])
  expect(textParts('')).toEqual([])
})

it('leaves no backtick in any text of the errors', () => {
  const texts = ERROR_CODES.flatMap((code) => [ERRORS[code].cause, ERRORS[code].cure])
  expect(texts.some((text) => text.includes('`'))).toBe(true)
  expect(texts.flatMap(textParts).filter(({ text }) => text.includes('`'))).toEqual([])
})
