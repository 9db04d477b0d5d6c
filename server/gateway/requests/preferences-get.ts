import type { PreferenceStore } from '../../auth/preferences.ts'
import { type OwnerOf, userOf } from './preferences-user.ts'
import type { Handler } from './request.ts'

/** All that the user keeps, or what is under one key: nothing, where it is not kept. */
export const preferencesGet =
  ({ preferences, ownerOf }: { preferences: PreferenceStore; ownerOf: OwnerOf }): Handler<'preferences.get'> =>
  async ({ key }, requester) =>
    preferences.read(await userOf(requester, ownerOf), key === undefined ? undefined : [key])
