import { hash, randomBytes } from 'node:crypto'
import type { BetterAuthPlugin } from 'better-auth'
import { createAuthMiddleware, getSessionFromCtx } from 'better-auth/api'
import type { Logger } from '../telemetry/logger.ts'
import type { AttemptLimit, AttemptStore } from './attempts.ts'
import { rateLimited } from './refusal.ts'

const MINUTE_MS = 60_000
const YEAR_SECONDS = 365 * 24 * 3_600

/** Of a browser that has signed in with this e-mail address before. */
export const KNOWN_BROWSER: AttemptLimit = { max: 10, windowMs: 15 * MINUTE_MS }
/** Of all other browsers together, for one e-mail address. */
export const OTHER_BROWSERS: AttemptLimit = { max: 20, windowMs: 60 * MINUTE_MS }
/** Of a session whose user must give the password once more. */
export const SESSION: AttemptLimit = { max: 10, windowMs: 15 * MINUTE_MS }

const TOO_MANY = 'Too many passwords were tried. Try again later, or in a browser that has signed in before.'
const SIGN_IN = '/sign-in/email'
const PASSWORD_AGAIN: readonly string[] = ['/change-password', '/delete-user']

interface PasswordLimitParts {
  readonly attempts: AttemptStore
  /** Name and attributes of the cookie by which a browser is known. */
  readonly cookie: { readonly name: string; readonly secure: boolean }
  readonly logger: Pick<Logger, 'warn'>
}

/**
 * Limits the passwords that are tried, whatever number of addresses they come from. A browser that has signed in with an
 * e-mail address keeps a signed cookie that says so, and has attempts of its own; all other browsers share those of the
 * e-mail address. So whoever uses those up does not lock out the user (docs/adr/0022-a-known-browser-is-not-locked-out.md).
 */
export function passwordLimit({ attempts, cookie, logger }: PasswordLimitParts): BetterAuthPlugin {
  const attributes = {
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    secure: cookie.secure,
    maxAge: YEAR_SECONDS,
  } as const
  const take = async (key: string, limit: AttemptLimit): Promise<void> => {
    const waitMs = await attempts.take(key, limit)
    if (waitMs > 0) throw rateLimited(TOO_MANY, waitMs)
  }
  return {
    id: 'valiant-password-limit',
    hooks: {
      before: [
        {
          matcher: ({ path }) => path === SIGN_IN,
          handler: createAuthMiddleware(async (ctx) => {
            const address = addressIn(ctx.body)
            if (address === undefined) return // refused as INVALID
            const browser = browserIn(await ctx.getSignedCookie(cookie.name, ctx.context.secret), address)
            await take(keyOf(address, browser), browser === undefined ? OTHER_BROWSERS : KNOWN_BROWSER)
          }),
        },
        {
          matcher: ({ path, body }) => path !== undefined && PASSWORD_AGAIN.includes(path) && hasPassword(body),
          handler: createAuthMiddleware(async (ctx) => {
            const session = await getSessionFromCtx(ctx)
            if (session !== null) await take(`session ${session.session.id}`, SESSION)
          }),
        },
      ],
      after: [
        {
          matcher: ({ path }) => path === SIGN_IN || path === '/sign-up/email',
          handler: createAuthMiddleware(async (ctx) => {
            const address = addressIn(ctx.body)
            if (ctx.context.newSession === null || address === undefined) return
            const browser = browserIn(await ctx.getSignedCookie(cookie.name, ctx.context.secret), address)
            if (ctx.path === SIGN_IN) {
              await attempts.giveBack(keyOf(address, browser)).catch((error: unknown) => {
                logger.warn({ err: error }, 'auth: a sign-in that succeeded remains counted as an attempt')
              })
            }
            const known = `${browser ?? randomBytes(9).toString('base64url')}.${hashOf(address)}`
            await ctx.setSignedCookie(cookie.name, known, ctx.context.secret, attributes)
          }),
        },
      ],
    },
  }
}

/** The e-mail address of a request, as better-auth looks it up. */
function addressIn(body: unknown): string | undefined {
  const email: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'email') : undefined
  return typeof email === 'string' ? email.toLowerCase() : undefined
}

const hasPassword = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && ('password' in body || 'currentPassword' in body)

/** The id of a browser that has signed in with this address; undefined for any other cookie, or none. */
function browserIn(value: string | false | null | undefined, address: string): string | undefined {
  if (typeof value !== 'string') return undefined
  const [id, known] = value.split('.')
  return known === hashOf(address) ? id : undefined
}

const keyOf = (address: string, browser: string | undefined): string =>
  browser === undefined ? `e-mail ${hashOf(address)}` : `browser ${browser}`

/** An address as a key, of one length and without saying whose it is. */
const hashOf = (address: string): string => hash('sha256', address, 'base64url')
