import type { IncomingHttpHeaders } from 'node:http'

/**
 * Whose pages may act with a visitor's cookie: those of the public origin and of the host that was requested. CORS does
 * not cover WebSocket, so the handshake checks this too.
 */
export class Origins {
  readonly #publicOrigin: string | undefined

  constructor(publicOrigin: string | undefined) {
    this.#publicOrigin = publicOrigin === undefined ? undefined : new URL(publicOrigin).origin
  }

  /** `none`: the request has no Origin header, as from programs and page loads. */
  of({ origin, host }: IncomingHttpHeaders): 'own' | 'foreign' | 'none' {
    if (origin === undefined) return 'none'
    // Python's WebSocket client sends its own Origin beside one that it is given; Node joins the two.
    return origin.split(', ').every((one) => this.#isOwn(one, host)) ? 'own' : 'foreign'
  }

  #isOwn(origin: string, host: string | undefined): boolean {
    if (origin === this.#publicOrigin) return true
    // Whoever is between a browser and the public address can make pages of it without TLS.
    if (this.#publicOrigin === `https://${hostOf(origin)}`) return false
    return host !== undefined && hostOf(origin) === host.toLowerCase()
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
