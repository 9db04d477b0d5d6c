/** The keys under which the server keeps the user's preferences. */
export const SYNCED_KEYS = [
  'appearance',
  'display',
  'favourites',
  'notation',
  'panels',
  'shortcuts',
  'sounds',
  'trading',
] as const
export type SyncedKey = (typeof SYNCED_KEYS)[number]

/** Those that decide what happens to a user's money: the next user of this browser must not inherit them. */
export const PERSONAL_KEYS: readonly SyncedKey[] = ['shortcuts', 'trading']

/** The values on the server. Any program of the user's may have set them, so each is checked before use. */
export type SyncedValues = Readonly<Record<string, unknown>>

/** The keys that were changed in this browser and are not saved yet, joined by dots. */
export const UNSAVED_COOKIE = 'valiant_unsaved'

/** @param cookie of that name */
export const unsavedOf = (cookie: string | undefined): readonly SyncedKey[] => {
  const names = (cookie ?? '').split('.')
  return SYNCED_KEYS.filter((key) => names.includes(key))
}

/** A preference that follows the user: in a cookie for the first paint, and on the server under a key. */
export interface Synced {
  readonly key: SyncedKey
  /** The value to save. */
  value(): unknown
  /** Whether it differs from the default, which is not worth saving. */
  isChosen(): boolean
  /** Takes in a value that was chosen elsewhere; ignores one that it cannot read. */
  take(value: unknown): void
  /** Goes back to its default; of the keys in `PERSONAL_KEYS`. */
  reset?(): void
}
