import type { IncomingHttpHeaders } from 'node:http'

/**
 * Whose pages may act with a visitor's cookie: the public origin's and those of the very host that was asked. CORS does
 * not cover WebSocket, so the handshake asks this too.
 */
export class Origins {
  readonly #publicOrigin: string | undefined

  constructor(publicOrigin: string | undefined) {
    this.#publicOrigin = publicOrigin === undefined ? undefined : new URL(publicOrigin).origin
  }

  /** `none`: the request names no origin, as programs and the reading of pages do. */
  of({ origin, host }: IncomingHttpHeaders): 'own' | 'foreign' | 'none' {
    if (origin === undefined) return 'none'
    if (origin === this.#publicOrigin) return 'own'
    return host !== undefined && hostOf(origin) === host.toLowerCase() ? 'own' : 'foreign'
  }
}

function hostOf(origin: string): string | undefined {
  if (!/^https?:/.test(origin)) return undefined
  try {
    return new URL(origin).host
  } catch {
    return undefined
  }
}
