export { isLostDatabase } from '../database/lost-database.ts'

/** Sessions, users or keys cannot be read or written right now; the same request may succeed later. */
export class AuthUnavailable extends Error {
  override readonly name = 'AuthUnavailable'
  readonly retryAfterMs = 1_000
}
