import { askAuth } from './auth-request.ts'

export const PASSWORD_LENGTH_MIN = 8

/** Creates a guest with a funded account. @throws {AuthFailed} */
export const signInAsGuest = () => askAuth<unknown>('sign-in/anonymous', {})

/** @throws {AuthFailed} */
export const signUpByEmail = (name: string, email: string, password: string) =>
  askAuth<unknown>('sign-up/email', { name, email, password })

/** @throws {AuthFailed} */
export const signInByEmail = (email: string, password: string) => askAuth<unknown>('sign-in/email', { email, password })

/** @throws {AuthFailed} */
export const signOut = () => askAuth<unknown>('sign-out', {})

/**
 * Deletes the visitor and closes their accounts.
 * @param password not for a guest, who has none
 * @throws {AuthFailed}
 */
export const deleteUser = (password: string | undefined) =>
  askAuth<unknown>('delete-user', password === undefined ? {} : { password })

/**
 * Prolongs the session, at most once an hour: a guest has no password to sign in with again, and would lose the account a
 * year after the first visit instead of the last.
 */
export async function prolongSession(): Promise<void> {
  await fetch('/api/auth/get-session').catch(() => undefined) // the next page retries
}
