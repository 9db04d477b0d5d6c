import { StartupError, reasonOf } from './startup-error.ts'

/** SQLSTATEs of a table, a column and another object that is not there. */
const MISSING = ['42P01', '42703', '42704']

/**
 * A command met a database whose schema it does not know, an empty one among them.
 * @param what the sentence that the reason follows, such as "The audit was broken off"
 * @returns undefined when the error is another one
 */
export function anotherVersion(what: string, cause: unknown): StartupError | undefined {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (typeof code !== 'string' || !MISSING.includes(code)) return undefined
  const advice = 'The database is of another version: start the server, or run `node server/cli.ts migrate`.'
  return new StartupError(`${what}: ${reasonOf(cause)}. ${advice}`, { cause })
}
