import { AsyncLocalStorage } from 'node:async_hooks'
import { randomInt } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AccountName } from '@valiant/shared/protocol/fields'
import { NAME_LENGTH_MAX } from '@valiant/shared/protocol/limits'
import { betterAuth, type BetterAuthPlugin } from 'better-auth'
import type { memoryAdapter } from 'better-auth/adapters/memory'
import { APIError, createAuthMiddleware, isAPIError } from 'better-auth/api'
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node'
import { anonymous } from 'better-auth/plugins'
import type { Pool } from 'pg'
import type { Logger } from '../telemetry/logger.ts'
import { AuthUnavailable } from './auth-unavailable.ts'

/** A user who is signed in, by the session that says so. */
export interface SignedIn {
  readonly sessionId: string
  readonly userId: string
  readonly name: string
  /** Undefined for a guest. */
  readonly email: string | undefined
  readonly isGuest: boolean
}

export interface AuthOptions {
  /** With the search_path `auth`; closed by whoever opened it. In memory for tests. */
  readonly database: Pool | ReturnType<typeof memoryAdapter>
  /** Signs the cookies; the same for all instances. */
  readonly secret: string
  /** Where the pages are, such as "https://valiant.example"; without it, any host that is asked is its own. */
  readonly publicOrigin: string | undefined
  /** Used where no public origin is given. */
  readonly port: number
  /** Counts a guest of an address. @returns 0, or for how many milliseconds it makes no more */
  readonly admitGuest: (address: string) => Promise<number>
  /** The user has a trading account when this is done. @throws {Error} when it cannot be committed now */
  readonly ensureAccount: (user: { readonly userId: string; readonly name: string }) => Promise<unknown>
  /** Gives all accounts of one user to another. */
  readonly moveAccounts: (users: { readonly fromUserId: string; readonly toUserId: string }) => Promise<unknown>
  readonly logger: Logger
}

/** Who users are: guests, e-mail and password, sessions. It knows no money but whose accounts are whose. */
export interface Auth {
  /**
   * Serves /api/auth/*; before any body parser. The header `x-valiant-ip` must have been set by the server.
   * @throws what better-auth would answer with a bare 500: a database that is away, or a defect
   */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  /**
   * Of a request's cookies; undefined where they name no session that lives.
   * @throws {AuthUnavailable} when it cannot be read now
   */
  signedIn(headers: { readonly cookie?: string | undefined }): Promise<SignedIn | undefined>
  /** Called with the id of each session that ends on this instance. */
  onSessionEnded(listener: (sessionId: string) => void): void
}

/**
 * What is asked of better-auth, below /api/auth. The rest of what it serves is for what there is none of here (letters,
 * other sites' users), and would be more ways in: one tries passwords at ten times our rate.
 */
export const AUTH_PATHS: readonly string[] = [
  ...['sign-in/anonymous', 'sign-in/email', 'sign-up/email', 'sign-out', 'change-password'],
  ...['get-session', 'list-sessions', 'revoke-session', 'revoke-other-sessions'],
]

/** The header in which the server tells better-auth the client's address; what a client sends under it is overwritten. */
export const ADDRESS_HEADER = 'x-valiant-ip'

const HOUR_SECONDS = 3_600
const DAY_SECONDS = 24 * HOUR_SECONDS
/** A guest's account is worth keeping: as long as browsers keep a cookie, from the last visit on (`get-session`). */
const SESSION_DAYS = 365
const PASSWORD_LENGTH_MIN = 8
/** Tries of a password, to sign in or to change it, and of making a user, from one address. */
const SIGN_INS = { window: 10, max: 10 }

export function openAuth(options: AuthOptions): Auth {
  const { logger } = options
  const ended: ((sessionId: string) => void)[] = []
  /** What failed in a request under way: better-auth tells it a hook, and the client nothing. */
  const failures = new AsyncLocalStorage<{ error: unknown }>()
  const secure = options.publicOrigin?.startsWith('https:') ?? false
  const auth = betterAuth({
    appName: 'Valiant',
    database: options.database,
    secret: options.secret,
    baseURL: options.publicOrigin ?? `http://localhost:${options.port}`,
    basePath: '/api/auth',
    trustedOrigins: (request) => sameHost(request),
    telemetry: { enabled: false },
    logger: {
      level: 'warn',
      // What better-auth calls an error is mostly a client's: a foreign origin, a wrong password.
      log: (level, message, ...rest: unknown[]) =>
        logger[level === 'error' ? 'warn' : level]({ detail: rest.map(String) }, `auth: ${message}`),
    },
    onAPIError: {
      onError: (error) => {
        if (isAPIError(error) && error.statusCode < 500) logger.debug({ err: error }, 'auth: a request was refused')
        else Object.assign(failures.getStore() ?? {}, { error })
      },
    },
    session: {
      expiresIn: SESSION_DAYS * DAY_SECONDS,
      // Who looks where they are signed in sees when each was used, to within this.
      updateAge: HOUR_SECONDS,
      // Sessions are listed however old the one is that asks: only what deletes needs a fresh one, and nothing does.
      freshAge: 0,
      cookieCache: { enabled: false },
    },
    emailAndPassword: { enabled: true, minPasswordLength: PASSWORD_LENGTH_MIN },
    rateLimit: {
      enabled: true,
      storage: 'memory',
      customRules: {
        '/sign-in/anonymous': false,
        '/sign-in/email': SIGN_INS,
        '/sign-up/email': SIGN_INS,
        '/change-password': SIGN_INS,
      },
    },
    advanced: {
      // Said aloud: better-auth leaves these checks out when it finds itself in a test.
      disableOriginCheck: false,
      disableCSRFCheck: false,
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER], ipv6Subnet: 64 },
      // Ours is the prefix that binds a cookie to this very host, not better-auth's __Secure-.
      useSecureCookies: false,
      cookiePrefix: secure ? '__Host-valiant' : 'valiant',
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/', secure },
    },
    databaseHooks: {
      session: {
        delete: {
          after: (session) => {
            for (const listener of ended) listener(session.id)
            return Promise.resolve()
          },
        },
      },
    },
    // In this order: a guest's accounts have moved before the new user is looked at for one.
    plugins: [
      anonymous({
        generateName: guestName,
        // The guest's row stays: nothing that money hangs on is ever deleted.
        disableDeleteAnonymousUser: true,
        onLinkAccount: async ({ anonymousUser, newUser, ctx }) => {
          const fromUserId = anonymousUser.user.id
          if (fromUserId === newUser.user.id) return
          await options.moveAccounts({ fromUserId, toUserId: newUser.user.id })
          await ctx.context.internalAdapter.deleteUserSessions(fromUserId)
        },
      }),
      accountsPlugin(options),
    ],
  })
  const handler = toNodeHandler(async (request: Request) => {
    const failed: { error: unknown } = { error: undefined }
    const response = await failures.run(failed, () => auth.handler(request))
    if (failed.error !== undefined && response.status >= 500 && !isOurs(failed.error)) throw unavailable(failed.error)
    return inOurForm(response)
  })
  const sessionOf = async (cookie: string) => {
    try {
      return await auth.api.getSession({ headers: fromNodeHeaders({ cookie }), query: { disableRefresh: true } })
    } catch (error) {
      throw unavailable(error)
    }
  }
  return {
    handle: async (request, response) => {
      await handler(request, response)
    },
    signedIn: async ({ cookie }) => {
      if (cookie === undefined) return undefined
      const found = await sessionOf(cookie)
      if (found === null) return undefined
      const { user, session } = found
      const isGuest = user.isAnonymous === true
      return {
        sessionId: session.id,
        userId: user.id,
        name: user.name,
        email: isGuest ? undefined : user.email,
        isGuest,
      }
    },
    onSessionEnded: (listener) => void ended.push(listener),
  }
}

/** Bounds how many guests an address makes and what users call themselves, and gives each new session's user an account before the answer leaves. */
function accountsPlugin({ admitGuest, ensureAccount, logger }: AuthOptions): BetterAuthPlugin {
  return {
    id: 'valiant-accounts',
    hooks: {
      before: [
        {
          matcher: ({ path }) => path === '/sign-in/anonymous',
          handler: createAuthMiddleware(async ({ headers }) => {
            const waitMs = await admitGuest(headers?.get(ADDRESS_HEADER) ?? 'unknown')
            if (waitMs > 0)
              throw refused('TOO_MANY_REQUESTS', 'RATE_LIMITED', 'Too many guests from this address.', waitMs)
          }),
        },
        {
          matcher: ({ path }) => path === '/sign-up/email',
          handler: createAuthMiddleware(({ body }) => {
            const name = (body as { readonly name?: unknown } | undefined)?.name
            if (!AccountName.safeParse(name).success) throw invalidName()
            return Promise.resolve()
          }),
        },
      ],
      after: [
        {
          matcher: ({ path }) => path?.startsWith('/sign-in') === true || path?.startsWith('/sign-up') === true,
          handler: createAuthMiddleware(async ({ context }) => {
            if (context.newSession === null) return
            const { id: userId, name } = context.newSession.user
            try {
              await ensureAccount({ userId, name })
            } catch (error) {
              logger.warn({ err: error }, 'auth: a user has no account yet; the next connection tries again')
              throw refused(
                'SERVICE_UNAVAILABLE',
                'UNAVAILABLE',
                'You are signed in, but no account could be opened yet.',
                1_000,
              )
            }
          }),
        },
      ],
    },
  }
}

/** An error of the protocol as better-auth answers it. */
function refused(
  status: 'TOO_MANY_REQUESTS' | 'SERVICE_UNAVAILABLE',
  code: 'RATE_LIMITED' | 'UNAVAILABLE',
  message: string,
  retryAfterMs: number,
): APIError {
  return new APIError(status, refusal(code, message, retryAfterMs), retryAfter(retryAfterMs))
}

function invalidName(): APIError {
  const message = `name: expected 1 to ${NAME_LENGTH_MAX} characters that can be seen, without control characters.`
  const error = { code: 'INVALID', field: 'name', message, outcome: 'not_executed' }
  return new APIError('BAD_REQUEST', { ok: false, error, code: error.code, message })
}

/** The same, with what better-auth's own errors have beside it. */
const refusal = (code: 'RATE_LIMITED' | 'UNAVAILABLE', message: string, retryAfterMs: number) => {
  const error = { code, message, outcome: 'not_executed', retryAfterMs }
  return { ok: false, error, code, message }
}

const retryAfter = (ms: number) => ({ 'retry-after': String(Math.ceil(ms / 1_000)) })

/** better-auth's own limits say under another name when to come again, and no code. */
function inOurForm(response: Response): Response {
  const seconds = response.headers.get('x-retry-after')
  if (response.status !== 429 || seconds === null) return response
  const retryAfterMs = Math.max(1, Number(seconds)) * 1_000
  return Response.json(refusal('RATE_LIMITED', 'Too many requests of this address.', retryAfterMs), {
    status: 429,
    headers: retryAfter(retryAfterMs),
  })
}

/** `refused` has given the protocol's form already. */
const isOurs = (error: unknown): boolean => isAPIError(error) && error.body?.['ok'] === false

/** better-auth hides a failed database behind a 500 of its own; any other error says itself what it is. */
const unavailable = (error: unknown): unknown =>
  isAPIError(error) && error.statusCode >= 500
    ? new AuthUnavailable('who you are cannot be looked up', { cause: error })
    : error

const guestName = (): string => `Guest ${randomInt(1_000, 10_000)}`

/** The origin of a request that comes from a page of the very host it asks. */
function sameHost(request: Request | undefined): string[] {
  const origin = request?.headers.get('origin')
  const host = request?.headers.get('host')
  if (origin === null || origin === undefined || host === null) return []
  return origin === `http://${host}` || origin === `https://${host}` ? [origin] : []
}
