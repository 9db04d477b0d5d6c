import type { FaultProxy, Look } from '../../rig/fault-proxy.ts'
import { sql } from '../../../server/database/sql.ts'

const PATIENCE_MS = 30_000

/** A prepared statement goes to Postgres under its name. */
export const isCommit = (bytes: Buffer): boolean => bytes.includes(sql.journal.commitBatch.name)
export const isRenewal = (bytes: Buffer): boolean => bytes.includes(sql.exchange.renewLease.name)

/** Waits until such a statement leaves over the proxy, once, and says what becomes of it. */
export async function fires(
  proxy: FaultProxy,
  isIt: (bytes: Buffer) => boolean,
  then: () => ReturnType<Look>,
): Promise<void> {
  const fired = Promise.withResolvers<undefined>()
  const patience = setTimeout(() => fired.reject(new Error('the statement never came')), PATIENCE_MS)
  proxy.watch((bytes) => {
    if (!isIt(bytes)) return 'pass'
    proxy.watch(undefined)
    fired.resolve(undefined)
    return then()
  })
  try {
    await fired.promise
  } finally {
    clearTimeout(patience)
  }
}
