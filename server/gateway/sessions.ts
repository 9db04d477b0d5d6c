import type { IncomingHttpHeaders } from 'node:http'
import { parseId } from '@valiant/shared/units/id'
import { z } from 'zod'
import type { Auth, SignedIn } from '../auth/auth.ts'
import type { AccountsOfUser } from './accounts-of-user.ts'
import type { Origins } from './origin.ts'
import type { Requester } from './requests/request.ts'
import { failure } from './wire-error.ts'

/** A user with the account that this connection acts for. */
export interface Identity {
  readonly signedIn: SignedIn
  readonly account: number
}

/** What a client may give in the handshake; what else it gives is ignored. */
const HandshakeAuth = z.object({
  apiKey: z.unknown().optional(),
  accountId: z.string().max(64).optional(),
  protocol: z.literal(1).optional(),
})

const KEYS_NOT_SERVED = 'API keys are not served yet: sign in as a guest or with e-mail, and connect with the cookie.'

/** Says who a connection is: one answer for sockets, REST and pages. */
export class Sessions {
  readonly #auth: Auth
  readonly #accounts: AccountsOfUser
  readonly #origins: Origins

  constructor({ auth, accounts, origins }: { auth: Auth; accounts: AccountsOfUser; origins: Origins }) {
    this.#auth = auth
    this.#accounts = accounts
    this.#origins = origins
  }

  /** @throws {RequestFailure} for what refuses the connection; undefined is a public socket */
  async ofHandshake(headers: IncomingHttpHeaders, handshakeAuth: unknown): Promise<Identity | undefined> {
    const parsed = HandshakeAuth.safeParse(handshakeAuth ?? {})
    if (!parsed.success) throw failure('INVALID', 'auth: expected protocol 1 and accountId as a string.')
    const { apiKey, accountId } = parsed.data
    if (apiKey !== undefined) throw failure('UNAUTHENTICATED', KEYS_NOT_SERVED)
    // Without an origin the cookie counts for nothing: a program has no business with it.
    const isPage = this.#origins.of(headers) === 'own'
    const identity = isPage ? await this.#identify(headers, accountId) : undefined
    if (accountId !== undefined && identity === undefined) {
      throw failure('UNAUTHENTICATED', 'auth.accountId needs a session that has this account.')
    }
    return identity
  }

  /**
   * Of an HTTP request. One that changes something must come from a page of ours.
   * @param accountId picks one of several accounts; the oldest unless told
   * @throws {RequestFailure} FORBIDDEN, or UNAUTHENTICATED for a key
   */
  async ofRequest(headers: IncomingHttpHeaders, method: string, accountId?: string): Promise<Identity | undefined> {
    if (headers.authorization !== undefined) throw failure('UNAUTHENTICATED', KEYS_NOT_SERVED)
    if (headers.cookie === undefined) return undefined
    const changes = method !== 'GET' && method !== 'HEAD'
    const origin = this.#origins.of(headers)
    if (changes && origin !== 'own') {
      const found = origin === 'none' ? 'none' : `"${String(headers.origin)}"`
      throw failure('FORBIDDEN', `A change with the cookie: expected the exchange's own Origin, found ${found}.`)
    }
    return this.#identify(headers, accountId)
  }

  /** Whether the session of these cookies still lives. */
  async lives(cookie: string | undefined, sessionId: string): Promise<boolean> {
    return (await this.#auth.signedIn({ cookie }))?.sessionId === sessionId
  }

  async signedIn(headers: IncomingHttpHeaders): Promise<SignedIn | undefined> {
    return this.#auth.signedIn(headers)
  }

  async #identify(headers: IncomingHttpHeaders, accountId: string | undefined): Promise<Identity | undefined> {
    const signedIn = await this.#auth.signedIn(headers)
    if (signedIn === undefined) return undefined
    const numbers = await this.#accounts.ensure(signedIn)
    const wanted = accountId === undefined ? numbers[0] : accountNumber(accountId)
    if (wanted === undefined || !numbers.includes(wanted)) {
      throw failure('FORBIDDEN', 'accountId: no account of this user has that id.')
    }
    return { signedIn, account: wanted }
  }
}

/** The account of an id that names one, and no order of it. */
function accountNumber(accountId: string): number | undefined {
  const id = parseId(accountId)
  return id?.number === 0 ? id.account : undefined
}

/** Who asks, for the handlers. Sessions may read and trade; without one there is only what is public. */
export function requesterOf(
  identity: Identity | undefined,
  { socketId, receivedAtMs }: { socketId: string | undefined; receivedAtMs: number },
): Requester {
  return {
    account: identity?.account,
    userId: identity?.signedIn.userId,
    scopes: identity === undefined ? [] : ['read', 'trade'],
    source: 'web',
    socketId,
    receivedAtMs,
  }
}
