import type { BetterAuthOptions } from 'better-auth'

/** The sessions of a user; one more ends the one that was not used for the longest time. */
export const SESSIONS_PER_USER_MAX = 20
/** Longer descriptions of a browser are cut; people read them in the list of sessions. */
const USER_AGENT_LENGTH_MAX = 256

type SessionHooks = NonNullable<NonNullable<BetterAuthOptions['databaseHooks']>['session']>

/**
 * Bounds what a user's sessions store, and reports each that ends.
 * @param onEnd is given the id of a session that has ended on this instance
 */
export function sessionHooks(onEnd: (sessionId: string) => void): SessionHooks {
  return {
    create: {
      before: ({ userAgent }) => Promise.resolve({ data: { userAgent: userAgent?.slice(0, USER_AGENT_LENGTH_MAX) } }),
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
        onEnd(session.id)
        return Promise.resolve()
      },
    },
  }
}
