import type { Connection, Session } from '../../database/connection.ts'
import { sql, type Prepared } from '../../database/sql.ts'
import { within } from '../../within.ts'

/** A statement on the lease's session that takes longer is given up, and the session with it. */
const STATEMENT_MS_MAX = 5_000
const LOCK_TIMEOUT = '55P03'

/** Runs one statement on the lease's session, or fails after a time: a half-open connection would never answer. */
export async function run<Row extends object>(
  connection: Connection,
  statement: Prepared,
  values: readonly (string | number | boolean)[] = [],
): Promise<Row[]> {
  const answer = connection
    .session()
    .then((session: Session) =>
      session.client.query<Row & Record<string, unknown>>({ ...statement, values: [...values] }),
    )
  const { rows } = await within(STATEMENT_MS_MAX, answer, () => {
    connection.destroy()
    return new Error(`lease: no answer within ${STATEMENT_MS_MAX} ms`)
  })
  return rows
}

/** Takes the advisory lock of an epoch, if nobody else has it. */
export async function tryLock(connection: Connection, epoch: number): Promise<boolean> {
  const [row] = await run<{ locked: boolean }>(connection, sql.exchange.tryLock, [epoch])
  return row?.locked === true
}

export async function unlock(connection: Connection, epoch: number): Promise<void> {
  await run(connection, sql.exchange.unlock, [epoch])
}

/** Whether a statement waited too long for a lock that another session holds. */
export const isLockTimeout = (cause: unknown): boolean =>
  typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === LOCK_TIMEOUT
