/** A failed sign-in, sign-up or change of an account; the message is for the user. */
export class AuthFailed extends Error {
  override readonly name = 'AuthFailed'
}

const AWAY = 'Accounts can’t be reached for the moment. Nothing was changed. Try again soon.'
const DIDNT_WORK = 'That didn’t work. Nothing was changed. Try again.'

/** Our own messages, each with a remedy; for other errors the server's message is shown. */
const WORDS: Readonly<Record<string, string>> = {
  INVALID_EMAIL_OR_PASSWORD: 'This e-mail and password don’t belong together. Nothing was changed. Check both.',
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: 'This e-mail has an account already. Sign in with it, or use another one.',
  INVALID_PASSWORD: 'That isn’t your current password. Nothing was changed. Type it once more.',
  PASSWORD_TOO_LONG: 'That password is too long: it has at most 128 characters. Nothing was changed.',
}

/** Calls /api/auth. @param body makes it a POST; without one it is a GET. @throws {AuthFailed} */
export async function askAuth<Data>(path: string, body?: object): Promise<Data> {
  const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  let response: Response
  try {
    response = await fetch(`/api/auth/${path}`, body && json)
  } catch {
    throw new AuthFailed('The exchange can’t be reached. Check your connection and try again.')
  }
  if (response.ok) return (await response.json()) as Data
  if (response.status === 401 && path !== 'sign-in/email') throw new AuthFailed('You are signed out. Sign in again.')
  if (response.status === 429) throw new AuthFailed(tooManyTries(response))
  if (response.status === 503) throw new AuthFailed(AWAY)
  const answer = (await response.json().catch(() => ({}))) as {
    code?: string
    message?: string
    error?: { message?: string }
  }
  throw new AuthFailed(WORDS[answer.code ?? ''] ?? answer.message ?? answer.error?.message ?? DIDNT_WORK)
}

function tooManyTries({ headers }: Response): string {
  const minutes = Math.ceil(Number(headers.get('retry-after') ?? 60) / 60)
  const wait = minutes > 1 ? `${minutes} minutes` : 'a minute'
  return `Too many tries. Nothing was changed. Wait ${wait} and try again.`
}

/** The message for a failure. */
export const failureWords = (error: unknown): string => (error instanceof AuthFailed ? error.message : DIDNT_WORK)
