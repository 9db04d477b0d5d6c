import { cookieIn, writeCookie } from './cookie.ts'

/** Hints shown in this browser until they are seen or dismissed. */
const HINTS = ['keep', 'worth'] as const
export type Hint = (typeof HINTS)[number]

const SEEN_COOKIE = 'valiant_seen'

/** @param cookies as the document has them */
export function seenIn(cookies: string): readonly Hint[] {
  const names = cookieIn(cookies, SEEN_COOKIE)?.split('.') ?? []
  return HINTS.filter((hint) => names.includes(hint))
}

/** In the browser only. */
export const hasSeen = (hint: Hint): boolean => seenIn(document.cookie).includes(hint)

export function saw(hint: Hint): void {
  const seen = seenIn(document.cookie)
  if (!seen.includes(hint)) writeCookie(SEEN_COOKIE, [...seen, hint].join('.'))
}
