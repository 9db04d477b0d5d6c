import { askAuth } from '#lib/session/auth-request.ts'
import { browserWords } from './browser-text.ts'

/** A browser in which the user is signed in. */
export interface SignIn {
  readonly id: string
  /** Names it to the server; it lets nobody in, being no cookie without the server's signature. */
  readonly token: string
  readonly browser: string
  readonly usedAtMs: number
  readonly isHere: boolean
}

interface WireSession {
  readonly id: string
  readonly token: string
  readonly userAgent?: string | null
  readonly updatedAt: string
}

/** This browser first, then as they were used last. @throws {AuthFailed} */
export async function readSignIns(): Promise<SignIn[]> {
  const [sessions, here] = await Promise.all([
    askAuth<readonly WireSession[]>('list-sessions'),
    askAuth<{ readonly session: WireSession } | null>('get-session'),
  ])
  return sessions
    .map(({ id, token, userAgent, updatedAt }) => ({
      ...{ id, token, browser: browserWords(userAgent ?? ''), usedAtMs: Date.parse(updatedAt) },
      isHere: id === here?.session.id,
    }))
    .sort((a, b) => Number(b.isHere) - Number(a.isHere) || b.usedAtMs - a.usedAtMs)
}

/** @throws {AuthFailed} */
export const endSignIn = ({ token }: SignIn) => askAuth<unknown>('revoke-session', { token })

/** @throws {AuthFailed} */
export const endOtherSignIns = () => askAuth<unknown>('revoke-other-sessions', {})

/** Every other browser is signed out by it, and this one gets another session. @throws {AuthFailed} */
export const changePassword = (currentPassword: string, newPassword: string) =>
  askAuth<unknown>('change-password', { currentPassword, newPassword, revokeOtherSessions: true })
