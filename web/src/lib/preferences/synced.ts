/** The keys under which the terminal keeps something of the user's on the server. */
export const SYNCED_KEYS = ['appearance', 'display', 'favourites', 'notation', 'panels', 'sounds', 'trading'] as const
export type SyncedKey = (typeof SYNCED_KEYS)[number]

/** What the server has of them, each to be looked at before it is believed: any program of the user's may have set it. */
export type SyncedValues = Readonly<Record<string, unknown>>

/** The keys that were changed in this browser and have not been saved yet; joined by dots. */
export const UNSAVED_COOKIE = 'valiant_unsaved'

/** @param cookie of that name */
export const unsavedOf = (cookie: string | undefined): readonly SyncedKey[] => {
  const names = (cookie ?? '').split('.')
  return SYNCED_KEYS.filter((key) => names.includes(key))
}

/** Something of the page that follows the user: in a cookie for the first paint, and on the server under a key. */
export interface Synced {
  readonly key: SyncedKey
  /** As it is to be kept. */
  value(): unknown
  /** Whether anybody has ever chosen it: what a page begins with anyway is not worth keeping. */
  isChosen(): boolean
  /** What was chosen elsewhere. What it cannot understand it leaves as it is. */
  take(value: unknown): void
}
