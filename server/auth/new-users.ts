import type { BetterAuthPlugin } from 'better-auth'
import { createAuthMiddleware } from 'better-auth/api'
import type { Logger } from '../telemetry/logger.ts'
import { rateLimited, unavailableFor } from './refusal.ts'

/** The header that gives better-auth the client's address; a client's own value is overwritten. */
export const ADDRESS_HEADER = 'x-valiant-ip'

export interface NewUsersOptions {
  /** Counts a new user of an address, a guest or one who signs up. @returns 0, or the milliseconds until the next */
  readonly admitUser: (address: string) => Promise<number>
  /** Makes sure that the user has a trading account. @throws {Error} when it cannot be committed now */
  readonly ensureAccount: (user: { readonly userId: string; readonly name: string }) => Promise<unknown>
  readonly logger: Logger
}

/** Limits new users per address, and makes sure that the user of a new session has an account before it is answered. */
export function newUsers({ admitUser, ensureAccount, logger }: NewUsersOptions): BetterAuthPlugin {
  return {
    id: 'valiant-accounts',
    hooks: {
      before: [
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
