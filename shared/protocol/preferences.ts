import { z } from 'zod'
import { RequestId } from './fields.ts'
import { PREFERENCE_BYTES_MAX } from './limits.ts'

const PREFERENCE_KEY_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,63}$/

/** The key of a stored preference. */
export const PreferenceKey = z
  .string()
  .regex(PREFERENCE_KEY_PATTERN, '1 to 64 characters of A-Z a-z 0-9 _ . : / -, the first a letter or digit')

const utf8 = new TextEncoder()

/** The size that counts against PREFERENCE_BYTES_MAX: the UTF-8 bytes of the value as JSON. */
export const preferenceBytes = (value: unknown): number => utf8.encode(JSON.stringify(value)).byteLength

/** Any JSON value. Its nesting depth is limited by the check of the whole payload. */
const PreferenceValue = z
  .unknown()
  .superRefine((value, context) => {
    if (value === undefined) {
      context.addIssue({ code: 'invalid_type', expected: 'any JSON' as 'unknown', input: value })
    } else if (preferenceBytes(value) > PREFERENCE_BYTES_MAX) {
      context.addIssue({
        code: 'too_big',
        origin: 'json',
        maximum: PREFERENCE_BYTES_MAX,
        inclusive: true,
        input: value,
      })
    }
  })
  .describe('Any JSON, of at most 16 KiB; null removes the key.')

export const GetPreferences = z.strictObject({ key: PreferenceKey.optional().describe('Default: all keys.') })

export const SetPreference = z.strictObject({
  key: PreferenceKey,
  value: PreferenceValue,
  requestId: RequestId.optional(),
})

/** Values by key; keys without a value are absent. */
export const Preferences = z.record(z.string(), z.unknown())
export type Preferences = z.infer<typeof Preferences>
