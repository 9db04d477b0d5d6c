import type { IncomingHttpHeaders } from 'node:http'
import type { Scope } from '@valiant/shared/protocol/events'
import { parseId } from '@valiant/shared/units/id'
import { z } from 'zod'
import type { Keys } from '../../auth/api-keys.ts'
import type { Auth, SignedIn } from '../../auth/auth.ts'
import { AuthUnavailable } from '../../auth/auth-unavailable.ts'
import { within } from '../../within.ts'
import type { AccountsOfUser } from './accounts-of-user.ts'
import type { Origins } from '../http/origin.ts'
import type { Requester } from '../requests/request.ts'
import { failure, foundOrigin } from '../answering/wire-error.ts'
import { fieldFailure } from '../answering/zod-issue.ts'

/** The account that a connection acts for, and with which rights. */
export interface Identity {
  readonly account: number
  /** Undefined for a key, which belongs to an account and not a user. */
  readonly userId: string | undefined
  readonly scopes: readonly Scope[]
  readonly source: 'web' | 'api'
  /** The credential it was admitted with; its sockets are closed when this ends. */
  readonly credential: Credential
}

export interface Credential {
  readonly kind: 'session' | 'key'
  readonly id: string
}

/** The known fields of the handshake; others are ignored. */
const Handshake = z.object({
  auth: z.object({
    apiKey: z.unknown().optional(),
    accountId: z.string().max(64).optional(),
    protocol: z.literal(1).optional(),
  }),
})

/** As long as sessions are waited for, which have a pool of their own: a handshake of 5 s would end without an answer. */
const KEY_MS_MAX = 3_000
const NO_KEY = 'expected an active API key; this one is wrong or was revoked.'
const BEARER = /^Bearer +(\S+) *$/i

/** Identifies connections, in the same way for sockets, REST and pages. */
export class Sessions {
  readonly #auth: Auth
  readonly #keys: Pick<Keys, 'ofText' | 'lives'>
  readonly #accounts: AccountsOfUser
  readonly #origins: Origins

  constructor(parts: { auth: Auth; keys: Pick<Keys, 'ofText' | 'lives'>; accounts: AccountsOfUser; origins: Origins }) {
    this.#auth = parts.auth
    this.#keys = parts.keys
    this.#accounts = parts.accounts
    this.#origins = parts.origins
  }

  /** @returns undefined for a public socket. @throws {RequestFailure | AuthUnavailable} to refuse the connection */
  async ofHandshake(headers: IncomingHttpHeaders, handshakeAuth: unknown): Promise<Identity | undefined> {
    const handshake = { auth: handshakeAuth ?? {} }
    const parsed = Handshake.safeParse(handshake)
    if (!parsed.success) throw fieldFailure(parsed.error, handshake, Handshake)
    const { apiKey, accountId } = parsed.data.auth
    if (apiKey !== undefined) {
      if (typeof apiKey !== 'string') throw failure('UNAUTHENTICATED', `auth.apiKey: ${NO_KEY}`)
      return this.#ofKey(apiKey, { accountId, where: 'auth.apiKey' })
    }
    // Without an Origin the cookie is ignored: only pages use it.
    const isPage = this.#origins.of(headers) === 'own'
    const identity = isPage ? await this.#identify(headers, accountId) : undefined
    if (accountId !== undefined && identity === undefined) {
      throw failure('UNAUTHENTICATED', 'auth.accountId needs a session of a user who owns this account.')
    }
    return identity
  }

  /**
   * Identifies an HTTP request by its key or its cookie. With the cookie, a change must come from a page of ours.
   * @param accountId picks one of several accounts; the oldest by default
   * @throws {RequestFailure} FORBIDDEN, or UNAUTHENTICATED for a wrong key
   */
  async ofRequest(headers: IncomingHttpHeaders, method: string, accountId?: string): Promise<Identity | undefined> {
    if (headers.authorization !== undefined) {
      const key = BEARER.exec(headers.authorization)?.[1]
      if (key === undefined) throw failure('UNAUTHENTICATED', 'Authorization: expected "Bearer" and an API key.')
      return this.#ofKey(key, { accountId, where: 'Authorization' })
    }
    if (headers.cookie === undefined) return undefined
    const changes = method !== 'GET' && method !== 'HEAD'
    const origin = this.#origins.of(headers)
    if (changes && origin !== 'own') {
      throw failure(
        'FORBIDDEN',
        `A change with the cookie: expected the exchange's own Origin, found ${foundOrigin(headers.origin)}.`,
      )
    }
    return this.#identify(headers, accountId)
  }

  /** Whether a credential is still valid. @param cookie of the session */
  async lives({ kind, id }: Credential, cookie: string | undefined): Promise<boolean> {
    if (kind === 'key') return this.#keys.lives(id)
    return (await this.#auth.signedIn({ cookie }))?.sessionId === id
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
      throw failure('FORBIDDEN', 'accountId: this user has no account with that id.')
    }
    const { userId, sessionId } = signedIn
    const credential: Credential = { kind: 'session', id: sessionId }
    return { account: wanted, userId, scopes: ['read', 'trade'], source: 'web', credential }
  }

  async #ofKey(text: string, at: { accountId: string | undefined; where: string }): Promise<Identity> {
    const key = await within(
      KEY_MS_MAX,
      this.#keys.ofText(text),
      () => new AuthUnavailable('keys are not read in time'),
    )
    if (key === undefined) throw failure('UNAUTHENTICATED', `${at.where}: ${NO_KEY}`)
    const { account, scopes } = key
    if (at.accountId !== undefined && accountNumber(at.accountId) !== account) {
      throw failure('FORBIDDEN', 'accountId: this key belongs to another account.')
    }
    return { account, userId: undefined, scopes, source: 'api', credential: { kind: 'key', id: key.id } }
  }
}

/** The account number in an account id; undefined for any other id. */
export function accountNumber(accountId: string): number | undefined {
  const id = parseId(accountId)
  return id?.number === 0 ? id.account : undefined
}

/** The requester, as handlers see it. */
export function requesterOf(
  identity: Identity | undefined,
  { socketId, receivedAtMs }: { socketId: string | undefined; receivedAtMs: number },
): Requester {
  return {
    account: identity?.account,
    userId: identity?.userId,
    scopes: identity?.scopes ?? [],
    source: identity?.source ?? 'web',
    socketId,
    receivedAtMs,
  }
}
