const YEAR_S = 31_536_000

/** Writes a cookie that the server's page reads: in the browser only. Its value needs no quoting. */
export function writeCookie(name: string, value: string): void {
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR_S}; samesite=lax`
}

/** The same for the server, where a browser that knows nothing yet is given what the user keeps; not secret, so not `Secure`: over plain HTTP that would be refused. */
export const COOKIE_OPTIONS = { path: '/', maxAge: YEAR_S, sameSite: 'lax', httpOnly: false, secure: false } as const
