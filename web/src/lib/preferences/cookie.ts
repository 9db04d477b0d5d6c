const YEAR_S = 31_536_000

/** Writes a cookie that the server's page reads: in the browser only. Its value needs no quoting. */
export function writeCookie(name: string, value: string): void {
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR_S}; samesite=lax`
}

/** As it was last written, by whichever tab: in the browser only. */
export const readCookie = (name: string): string | undefined => cookieIn(document.cookie, name)

/** @param cookies as the document has them: "valiant_theme=light; valiant_seen=keep.worth" */
export const cookieIn = (cookies: string, name: string): string | undefined =>
  new RegExp(`(?:^|; )${name}=([^;]*)`).exec(cookies)?.[1]

/** The same for the server, where a browser that knows nothing yet is given what the user keeps; not secret, so not `Secure`: over plain HTTP that would be refused. */
export const COOKIE_OPTIONS = { path: '/', maxAge: YEAR_S, sameSite: 'lax', httpOnly: false, secure: false } as const
