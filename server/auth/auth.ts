import { randomInt } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AccountName } from '@valiant/shared/protocol/fields'
import { NAME_LENGTH_MAX } from '@valiant/shared/protocol/limits'
import { betterAuth, type BetterAuthPlugin } from 'better-auth'
import type { memoryAdapter } from 'better-auth/adapters/memory'
import { createAuthMiddleware, getSessionFromCtx, isAPIError } from 'better-auth/api'
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node'
import { anonymous } from 'better-auth/plugins'
import type { Pool } from 'pg'
import type { Logger } from '../telemetry/logger.ts'
import type { AttemptStore } from './attempts.ts'
import { AuthUnavailable } from './auth-unavailable.ts'
import { passwordLimit } from './password-limit.ts'
import { invalid, rateLimited, refusal, retryAfter, unavailableFor } from './refusal.ts'

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
  /** Signs the cookies; the same on all instances. */
  readonly secret: string
  /** The public address, such as "https://valiant.example"; if undefined, the host of each request. */
  readonly publicOrigin: string | undefined
  /** Used without a public origin. */
  readonly port: number
  /** Counts the passwords that are tried. */
  readonly attempts: AttemptStore
  /** Counts a new user of an address, a guest or one who signs up. @returns 0, or the milliseconds until the next */
  readonly admitUser: (address: string) => Promise<number>
  /** Makes sure that the user has a trading account. @throws {Error} when it cannot be committed now */
  readonly ensureAccount: (user: { readonly userId: string; readonly name: string }) => Promise<unknown>
  /** Gives the accounts of a guest to the user that the guest has become. */
  readonly moveAccounts: (users: { readonly fromUserId: string; readonly toUserId: string }) => Promise<unknown>
  /** Closes the accounts of a user who is being deleted. @throws {Error} when that cannot be committed now */
  readonly closeAccounts: (userId: string) => Promise<void>
  readonly logger: Logger
}

/** Users: guests, e-mail and password, sessions. It knows nothing of accounts but who owns them. */
export interface Auth {
  /**
   * Serves /api/auth/*; must run before any body parser, with the header `x-valiant-ip` set by the server.
   * @throws errors that better-auth would answer with a bare 500: a database that is away, or a defect
   */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  /**
   * The session of a request's cookies; undefined without an active one.
   * @throws {AuthUnavailable} when it cannot be read now
   */
  signedIn(headers: { readonly cookie?: string | undefined }): Promise<SignedIn | undefined>
  /** Registers a listener for the id of each session that ends on this instance. */
  onSessionEnded(listener: (sessionId: string) => void): void
}

/**
 * The paths of better-auth that are served, below /api/auth. The others are for features that do not exist here (e-mails,
 * users of other sites) and would only add ways in: one of them allows password attempts at ten times our rate.
 */
export const AUTH_PATHS: readonly string[] = [
  ...['sign-in/anonymous', 'sign-in/email', 'sign-up/email', 'sign-out', 'change-password', 'delete-user'],
  ...['get-session', 'list-sessions', 'revoke-session', 'revoke-other-sessions'],
]

/** The header that gives better-auth the client's address; a client's own value is overwritten. */
export const ADDRESS_HEADER = 'x-valiant-ip'

const HOUR_SECONDS = 3_600
const DAY_SECONDS = 24 * HOUR_SECONDS
/** A guest's session lasts as long as browsers keep a cookie, from the last visit (`get-session`). */
const SESSION_DAYS = 365
const PASSWORD_LENGTH_MIN = 8
/** The longest address that mail can be sent to (RFC 5321). */
const EMAIL_LENGTH_MAX = 254
/** The sessions of a user; one more ends the one that was not used for the longest time. */
export const SESSIONS_PER_USER_MAX = 20
/** What a session keeps of the browser's own description: people read it in the list of sessions. */
const USER_AGENT_LENGTH_MAX = 256
/**
 * What better-auth logs about mistakes of clients, which anyone could use to fill the log. `valiant_http_requests_total` and
 * `valiant_rate_limited_total` count them.
 */
const CLIENT_MISTAKE = /^(Invalid |User not found|Password not found|Blocked )/
/** better-auth's messages may quote the request. */
const LOGGED_LENGTH_MAX = 200
/** Attempts to sign in, sign up or change a password, per address. */
const SIGN_INS = { window: 10, max: 10 }

export function openAuth(options: AuthOptions): Auth {
  const { logger, closeAccounts } = options
  const ended: ((sessionId: string) => void)[] = []
  const secure = options.publicOrigin?.startsWith('https:') ?? false
  const cookiePrefix = secure ? '__Host-valiant' : 'valiant'
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
      log: (level, message, ...rest: unknown[]) => {
        const severity = level === 'error' ? 'warn' : level
        const text = message.slice(0, LOGGED_LENGTH_MAX)
        logger[CLIENT_MISTAKE.test(message) ? 'debug' : severity]({ detail: rest.map(String) }, `auth: ${text}`)
      },
    },
    // Otherwise what is not a refusal would be written to stderr, past the log, and answered with a bare 500.
    onAPIError: { throw: true },
    session: {
      expiresIn: SESSION_DAYS * DAY_SECONDS,
      // The list of sessions shows when each was last used, to within this.
      updateAge: HOUR_SECONDS,
      // A session of any age may list sessions. Deleting a user needs the password instead (below).
      freshAge: 0,
      cookieCache: { enabled: false },
    },
    emailAndPassword: { enabled: true, minPasswordLength: PASSWORD_LENGTH_MIN },
    user: {
      deleteUser: {
        enabled: true,
        beforeDelete: ({ id }) => closeAccounts(id),
        // A connection may have opened another account meanwhile.
        afterDelete: async ({ id }) => {
          await closeAccounts(id).catch((error: unknown) => {
            logger.warn({ err: error, user: id }, 'auth: an account of a deleted user may be left')
          })
        },
      },
    },
    rateLimit: {
      enabled: true,
      storage: 'memory',
      customRules: {
        '/sign-in/anonymous': false,
        '/sign-in/email': SIGN_INS,
        '/sign-up/email': SIGN_INS,
        '/change-password': SIGN_INS,
        '/delete-user': SIGN_INS,
      },
    },
    advanced: {
      // Explicit, since better-auth skips these checks in tests.
      disableOriginCheck: false,
      disableCSRFCheck: false,
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER], ipv6Subnet: 64 },
      // We use the prefix that binds a cookie to this host, not better-auth's __Secure-.
      useSecureCookies: false,
      cookiePrefix,
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/', secure },
    },
    databaseHooks: {
      session: {
        create: {
          before: ({ userAgent }) =>
            Promise.resolve({ data: { userAgent: userAgent?.slice(0, USER_AGENT_LENGTH_MAX) } }),
          after: async ({ userId }, ctx) => {
            if (ctx === null) return
            const { internalAdapter } = ctx.context
            const sessions = await internalAdapter.listSessions(userId)
            const newestFirst = sessions.toSorted((a, b) => b.updatedAt.getTime() - a.updatedAt.getTime())
            for (const { token } of newestFirst.slice(SESSIONS_PER_USER_MAX)) await internalAdapter.deleteSession(token)
          },
        },
        delete: {
          after: (session) => {
            for (const listener of ended) listener(session.id)
            return Promise.resolve()
          },
        },
      },
    },
    // The order matters: a guest's accounts move before the new user is checked for one.
    plugins: [
      anonymous({
        generateName: guestName,
        // The guest's row stays: owners of accounts are never deleted.
        disableDeleteAnonymousUser: true,
        onLinkAccount: async ({ anonymousUser, newUser, ctx }) => {
          const fromUserId = anonymousUser.user.id
          if (fromUserId === newUser.user.id) return
          await options.moveAccounts({ fromUserId, toUserId: newUser.user.id })
          await ctx.context.internalAdapter.deleteUserSessions(fromUserId)
        },
      }),
      passwordLimit({ attempts: options.attempts, cookie: { name: `${cookiePrefix}.browser`, secure }, logger }),
      accountsPlugin(options),
    ],
  })
  const handler = toNodeHandler(async (request: Request) => {
    const response = await auth.handler(request)
    if (response.status >= 500 && !(await isInOurForm(response)))
      throw new AuthUnavailable(`sign-in failed with status ${response.status}`)
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

/** Limits new users per address, validates names, and makes sure that the user of a new session has an account before it is answered. */
function accountsPlugin({ admitUser, ensureAccount, logger }: AuthOptions): BetterAuthPlugin {
  return {
    id: 'valiant-accounts',
    hooks: {
      before: [
        {
          // Postgres stores no NUL, and better-auth would take its refusal for a fault.
          matcher: ({ body }) => fieldWithNul(body) !== undefined,
          handler: createAuthMiddleware(({ body }) =>
            Promise.reject(invalid(fieldWithNul(body) ?? '', 'expected text without NUL characters.')),
          ),
        },
        {
          matcher: ({ path }) => path === '/delete-user',
          handler: createAuthMiddleware(async (ctx) => {
            const { password } = (ctx.body ?? {}) as { readonly password?: unknown }
            const session = await getSessionFromCtx(ctx)
            const hasPassword = session !== null && session.user['isAnonymous'] !== true
            if (hasPassword && (typeof password !== 'string' || password === '')) throw missingPassword()
          }),
        },
        {
          matcher: ({ path }) => path === '/sign-up/email',
          handler: createAuthMiddleware(({ body }) => {
            const { name, email, image } = (body ?? {}) as Readonly<Record<string, unknown>>
            if (!AccountName.safeParse(name).success) throw invalidName()
            if (typeof email === 'string' && email.length > EMAIL_LENGTH_MAX) throw longEmail()
            // It would be stored as it is, whatever it points to, and is shown nowhere.
            if (image !== undefined) throw invalid('image', 'expected none: users have no picture.')
            return Promise.resolve()
          }),
        },
        {
          matcher: ({ path }) => path === '/sign-in/anonymous' || path === '/sign-up/email',
          handler: createAuthMiddleware(async ({ headers }) => {
            const waitMs = await admitUser(headers?.get(ADDRESS_HEADER) ?? 'unknown')
            if (waitMs > 0) throw rateLimited('Too many new users from this address.', waitMs)
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
              logger.warn({ err: error }, 'auth: a user has no account yet; the next connection will retry')
              throw unavailableFor('You are signed in, but no account could be opened yet.', 1_000)
            }
          }),
        },
      ],
    },
  }
}

function fieldWithNul(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  return Object.entries(body).find(([, value]) => typeof value === 'string' && value.includes('\0'))?.[0]
}

const missingPassword = () => invalid('password', 'expected the password of the user who is to be deleted.')
const longEmail = () => invalid('email', `expected at most ${EMAIL_LENGTH_MAX} characters.`)
const invalidName = () =>
  invalid('name', `expected 1 to ${NAME_LENGTH_MAX} visible characters, without control characters.`)

/** better-auth's own rate limit uses another header and no code. */
function inOurForm(response: Response): Response {
  const seconds = response.headers.get('x-retry-after')
  if (response.status !== 429 || seconds === null) return response
  const retryAfterMs = Math.max(1, Number(seconds)) * 1_000
  return Response.json(refusal('RATE_LIMITED', 'Too many requests from this address.', retryAfterMs), {
    status: 429,
    headers: retryAfter(retryAfterMs),
  })
}

/** Whether an answer already has the protocol's form, unlike better-auth's own. */
async function isInOurForm(response: Response): Promise<boolean> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined)
  return typeof body === 'object' && body !== null && 'ok' in body
}

/** better-auth hides a failed database behind its own 500; other errors stay as they are. */
const unavailable = (error: unknown): unknown =>
  isAPIError(error) && error.statusCode >= 500
    ? new AuthUnavailable('the session cannot be verified', { cause: error })
    : error

const guestName = (): string => `Guest ${randomInt(1_000, 10_000)}`

/** The origin of a request, if it is the host that the request is sent to. */
function sameHost(request: Request | undefined): string[] {
  const origin = request?.headers.get('origin')
  const host = request?.headers.get('host')
  if (origin === null || origin === undefined || host === null) return []
  return origin === `http://${host}` || origin === `https://${host}` ? [origin] : []
}
