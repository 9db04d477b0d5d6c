/** A sign-in that did not happen; the message is for people. */
export class SignInFailed extends Error {
  override readonly name = 'SignInFailed'
}

const AWAY = 'Accounts can’t be reached for the moment. Nothing was changed. Try again soon.'

/** In our own words, each with its way on; all others say what the server says. */
const WORDS: Readonly<Record<string, string>> = {
  INVALID_EMAIL_OR_PASSWORD: 'This e-mail and password don’t belong together. Nothing was changed. Check both.',
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: 'This e-mail has an account already. Sign in with it, or use another one.',
}

async function post(path: string, body: object): Promise<void> {
  let response: Response
  try {
    response = await fetch(`/api/auth/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  } catch {
    throw new SignInFailed('The exchange can’t be reached. Check your connection and try again.')
  }
  if (response.ok) return
  if (response.status === 429) throw new SignInFailed('Too many tries from this address. Wait a minute and try again.')
  if (response.status === 503) throw new SignInFailed(AWAY)
  const answer = (await response.json().catch(() => ({}))) as {
    code?: string
    message?: string
    error?: { message?: string }
  }
  throw new SignInFailed(
    WORDS[answer.code ?? ''] ??
      answer.message ??
      answer.error?.message ??
      'That didn’t work. Nothing was changed. Try again.',
  )
}

/** A guest with a funded account, in one call. @throws {SignInFailed} */
export const signInAsGuest = () => post('sign-in/anonymous', {})

/** @throws {SignInFailed} */
export const signUpByEmail = (name: string, email: string, password: string) =>
  post('sign-up/email', { name, email, password })

/** @throws {SignInFailed} */
export const signInByEmail = (email: string, password: string) => post('sign-in/email', { email, password })

/** @throws {SignInFailed} */
export const signOut = () => post('sign-out', {})

/**
 * Prolongs the session, once a day at most: a guest has no password to sign in by again, and the account would be lost a year
 * after the first visit, not after the last.
 */
export async function prolongSession(): Promise<void> {
  await fetch('/api/auth/get-session').catch(() => undefined) // the next page asks again
}
