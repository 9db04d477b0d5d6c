import { randomInt } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { betterAuth } from 'better-auth'
import type { memoryAdapter } from 'better-auth/adapters/memory'
import { isAPIError } from 'better-auth/api'
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node'
import { anonymous } from 'better-auth/plugins'
import { DatabaseError, type Pool } from 'pg'
import type { Logger } from '../telemetry/logger.ts'
import type { AttemptStore } from './attempts.ts'
import { AuthUnavailable } from './auth-unavailable.ts'
import { failedSignUps } from './failed-sign-ups.ts'
import { fieldChecks } from './field-checks.ts'
import { ADDRESS_HEADER, newUsers, type NewUsersOptions } from './new-users.ts'
import { passwordLimit } from './password-limit.ts'
import { refusal, retryAfter } from './refusal.ts'
import { RequestWindows } from './request-windows.ts'
import { sessionHooks } from './session-hooks.ts'

export { ADDRESS_HEADER } from './new-users.ts'

/** A signed-in user, and the session. */
export interface SignedIn {
  readonly sessionId: string
  readonly userId: string
  readonly name: string
  /** Undefined for a guest. */
  readonly email: string | undefined
  readonly isGuest: boolean
}

export interface AuthOptions extends NewUsersOptions {
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
  /** Gives the accounts of a guest to the user that the guest has become. */
  readonly moveAccounts: (users: { readonly fromUserId: string; readonly toUserId: string }) => Promise<unknown>
  /** Closes the accounts of a user who is being deleted. @throws {Error} when that cannot be committed now */
  readonly closeAccounts: (userId: string) => Promise<void>
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

const HOUR_SECONDS = 3_600
const DAY_SECONDS = 24 * HOUR_SECONDS
/** A guest's session lasts as long as browsers keep a cookie, from the last visit (`get-session`). */
const SESSION_DAYS = 365
const PASSWORD_LENGTH_MIN = 8
/**
 * What better-auth logs about mistakes of clients, which anyone could use to fill the log. `valiant_http_requests_total` and
 * `valiant_rate_limited_total` count them.
 */
const CLIENT_MISTAKE = /^(Invalid |User not found|Password not found|Blocked )/
/** better-auth's messages may quote the request. */
const LOGGED_LENGTH_MAX = 200
const UNIQUE_VIOLATION = '23505'
/** Attempts to sign in, sign up, change a password or delete a user, per path and address. */
const SIGN_INS = { window: 10, max: 10 }

export function openAuth(options: AuthOptions): Auth {
  const ended: ((sessionId: string) => void)[] = []
  const auth = configured(options, (sessionId) => {
    for (const listener of ended) listener(sessionId)
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

/** better-auth with the settings of this server. */
function configured(options: AuthOptions, onSessionEnded: (sessionId: string) => void) {
  const { logger, closeAccounts } = options
  const secure = options.publicOrigin?.startsWith('https:') ?? false
  const cookiePrefix = secure ? '__Host-valiant' : 'valiant'
  return betterAuth({
    appName: 'Valiant',
    database: options.database,
    secret: options.secret,
    baseURL: options.publicOrigin ?? `http://localhost:${options.port}`,
    basePath: '/api/auth',
    trustedOrigins: (request) => sameHost(request),
    telemetry: { enabled: false },
    logger: { level: 'warn', log: loggingTo(logger) },
    // Otherwise what is not a refusal would be written to stderr, past the log, and answered with a bare 500.
    onAPIError: { throw: true },
    session: {
      expiresIn: SESSION_DAYS * DAY_SECONDS,
      // The list of sessions shows when each was last used, to within this.
      updateAge: HOUR_SECONDS,
      // A session of any age may list sessions. Deleting a user needs the password instead (field-checks.ts).
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
      customStorage: new RequestWindows(),
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
    databaseHooks: { session: sessionHooks(onSessionEnded) },
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
      fieldChecks(),
      failedSignUps(),
      newUsers(options),
    ],
  })
}

/** better-auth's own log: its errors are warnings here, and clients' mistakes are for debugging. */
const loggingTo =
  (logger: Logger) =>
  (level: 'debug' | 'info' | 'warn' | 'error', message: string, ...rest: unknown[]): void => {
    const severity = level === 'error' ? 'warn' : level
    const text = message.slice(0, LOGGED_LENGTH_MAX)
    const isMistake = CLIENT_MISTAKE.test(message) || rest.some(isTaken)
    logger[isMistake ? 'debug' : severity]({ detail: rest.map(String) }, `auth: ${text}`)
  }

/** Whether a user cannot be made because the e-mail address has one since a moment ago. */
const isTaken = (error: unknown): boolean => error instanceof DatabaseError && error.code === UNIQUE_VIOLATION

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
