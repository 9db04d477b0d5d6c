import { ANSWER_MS_MAX } from '@valiant/shared/protocol/limits'
import { preferenceBytes } from '@valiant/shared/protocol/preferences'
import {
  guestBytesMax,
  InDoubt,
  type NewPreference,
  type PreferenceLimits,
  type PreferenceStore,
  type SetOutcome,
} from '../../auth/preferences.ts'
import { failure, invalid } from '../answering/wire-error.ts'
import { type OwnerOf, userOf } from './preferences-user.ts'
import type { Relay } from './request.ts'

/** Stores a value and answers with the value now under the key, as `preferences.get` would. */
export const preferencesSet =
  (parts: { preferences: PreferenceStore; ownerOf: OwnerOf; allowed: PreferenceLimits }): Relay<'preferences.set'> =>
  async ({ key, value, requestId }, requester) => {
    const userId = await userOf(requester, parts.ownerOf)
    const outcome = await setIn(parts.preferences, { userId, key, value, requestId })
    const data = value === null ? {} : { [key]: value }
    switch (outcome) {
      case 'set':
        return { ok: true, data }
      case 'repeated':
        return { ok: true, data, duplicate: true }
      case 'other':
        throw failure('DUPLICATE_CLIENT_ORDER_ID', `requestId "${requestId}" was already used for another request.`)
      case 'full':
        throw invalid('key', 'max', {
          expected: `at most ${parts.allowed.keysMax} keys per user: remove one first`,
          found: `the new key "${key}"`,
        })
      case 'large': {
        const [ofUser, ofGuest] = [parts.allowed.bytesMax, guestBytesMax(parts.allowed)]
        throw invalid('value', 'max', {
          expected: `at most ${ofUser} bytes of JSON in all values of a user, ${ofGuest} of a guest: remove some first`,
          found: `${preferenceBytes(value)} bytes more`,
        })
      }
    }
  }

/** @throws {RequestFailure} TIMEOUT if the outcome is unknown; repeating the request with the same id gives it */
async function setIn(preferences: PreferenceStore, preference: NewPreference): Promise<SetOutcome> {
  try {
    return await preferences.set(preference)
  } catch (error) {
    if (!(error instanceof InDoubt)) throw error
    throw failure('TIMEOUT', 'The connection to the database broke. Send the same id again to learn the outcome.', {
      outcome: 'unknown',
      finalAt: Date.now() + ANSWER_MS_MAX,
    })
  }
}
