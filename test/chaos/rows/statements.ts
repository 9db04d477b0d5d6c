import type { FaultProxy, Look } from '../../rig/fault-proxy.ts'
import { sql } from '../../../server/database/sql.ts'

const WAIT_MS_MAX = 30_000

/** Prepared statements are recognized by their names. */
export const isCommit = (bytes: Buffer): boolean => bytes.includes(sql.journal.commitBatch.name)
export const isRenewal = (bytes: Buffer): boolean => bytes.includes(sql.exchange.renewLease.name)

/** Waits for the next such statement on the proxy, and decides what happens to it. */
export async function fires(
  proxy: FaultProxy,
  isIt: (bytes: Buffer) => boolean,
  then: () => ReturnType<Look>,
): Promise<void> {
  const fired = Promise.withResolvers<undefined>()
  const patience = setTimeout(() => fired.reject(new Error('the statement was not sent')), WAIT_MS_MAX)
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
