import { AccountName } from '@valiant/shared/protocol/fields'
import { NAME_LENGTH_MAX } from '@valiant/shared/protocol/limits'
import type { BetterAuthPlugin } from 'better-auth'
import { createAuthMiddleware, getSessionFromCtx } from 'better-auth/api'
import { invalid } from './refusal.ts'

/** The longest address that mail can be sent to (RFC 5321). */
const EMAIL_LENGTH_MAX = 254

/** Refuses what better-auth would store as it is, or take for a fault. */
export function fieldChecks(): BetterAuthPlugin {
  return {
    id: 'valiant-fields',
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
