import type { PreferenceStore } from '../../auth/preferences.ts'
import { type OwnerOf, userOf } from './preferences-user.ts'
import type { Handler } from './request.ts'

/** All preferences of the user, or the one under a key; empty if there is none. */
export const preferencesGet =
  ({ preferences, ownerOf }: { preferences: PreferenceStore; ownerOf: OwnerOf }): Handler<'preferences.get'> =>
  async ({ key }, requester) =>
    preferences.read(await userOf(requester, ownerOf), key === undefined ? undefined : [key])
