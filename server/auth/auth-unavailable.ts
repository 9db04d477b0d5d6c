export { isLostDatabase } from '../database/lost-database.ts'

/** Sessions, users and keys cannot be read or written for the moment: the same request may succeed later. */
export class AuthUnavailable extends Error {
  override readonly name = 'AuthUnavailable'
  readonly retryAfterMs = 1_000
}
