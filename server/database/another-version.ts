import { StartupError, reasonOf } from './startup-error.ts'

/** SQLSTATEs of a missing table, column and other object. */
const MISSING = ['42P01', '42703', '42704']

/**
 * The error for a database with another schema, or none.
 * @param what the sentence that the reason follows, such as "The audit was interrupted"
 * @returns undefined for any other error
 */
export function anotherVersion(what: string, cause: unknown): StartupError | undefined {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (typeof code !== 'string' || !MISSING.includes(code)) return undefined
  const advice = 'The database is of another version: start the server, or run `node server/cli.ts migrate`.'
  return new StartupError(`${what}: ${reasonOf(cause)}. ${advice}`, { cause })
}
