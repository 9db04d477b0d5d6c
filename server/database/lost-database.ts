/**
 * SQLSTATE classes and Node's codes of a database that cannot be reached, refuses our password (which is being changed), is
 * stopping, is full, is read-only or gave up waiting for a lock. None of them leaves a statement half done.
 */
const LOST_CODES = /^(08|28|53|57P|25006|25P0|57014$|55P03|40P01|ECONN|EHOST|ENET|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN)/
const LOST_MESSAGES = /Connection terminated|is not queryable|timeout exceeded when trying to connect|timeout expired/

/** Whether a statement failed because of the state of the database, so that it may succeed later. */
export function isLostDatabase(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code: unknown = Reflect.get(error, 'code')
  return (typeof code === 'string' && LOST_CODES.test(code)) || LOST_MESSAGES.test(error.message)
}
