import { BASE_ERROR_CODES, type BetterAuthPlugin } from 'better-auth'
import { APIError, createAuthMiddleware, isAPIError } from 'better-auth/api'
import { unavailableFor } from './refusal.ts'

/** Says why a user could not be made: better-auth answers whatever the database said with one code and no reason. */
export function failedSignUps(): BetterAuthPlugin {
  return {
    id: 'valiant-failed-sign-ups',
    hooks: {
      after: [
        {
          matcher: ({ path }) => path === '/sign-up/email',
          handler: createAuthMiddleware(async ({ context, body }) => {
            if (!isAPIError(context.returned)) return
            if (context.returned.body?.code !== BASE_ERROR_CODES.FAILED_TO_CREATE_USER.code) return
            const { email } = body as { readonly email: string } // better-auth has verified it
            // Another sign-up with this address was at work when better-auth looked.
            if ((await context.internalAdapter.findUserByEmail(email.toLowerCase())) !== null) {
              throw APIError.from('UNPROCESSABLE_ENTITY', BASE_ERROR_CODES.USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL)
            }
            throw unavailableFor('No user could be made now. Nothing was changed.', 1_000)
          }),
        },
      ],
    },
  }
}
