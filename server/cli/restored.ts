import { setTimeout as delay } from 'node:timers/promises'
import type { Command } from 'commander'
import { inCommandDatabase } from './command-database.ts'
import type { Database } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import { StartupError } from '../database/startup-error.ts'

/** More than leaders that took turns after the moment that was restored. A trade's number has room for thousands of these. */
const EPOCHS = 1_000
/** Longer than a lease, which the database may have been restored with: who leads renews it within this time. */
const LEASE_OUT_MS = 2_200

/** @param root the folder of the installation */
export function addRestoredCommand(program: Command, root: string): void {
  program
    .command('restored')
    .description('say that the database was restored to an earlier time, before the first server starts on it')
    .addHelpText(
      'after',
      '\nClients and servers believe the leader of the highest epoch that they have heard of, and the restored database\n' +
        `knows of older ones only. This passes over ${EPOCHS} epochs. See docs/operations/backup.md.`,
    )
    .action(() => inCommandDatabase(root, async ({ database }) => console.log(await skipEpochs(database))))
}

/** @returns what was restored, and what comes of it, as a sentence for people */
async function skipEpochs({ lease }: Database): Promise<string> {
  const skip = async () => (await lease.query<{ epoch: bigint }>({ ...sql.exchange.skipEpochs, values: [EPOCHS] }))[0]
  const skipped = (await skip()) ?? (await delay(LEASE_OUT_MS).then(skip))
  if (skipped === undefined) throw new StartupError('A server leads on this database: stop all of them first.')
  const [last] = await lease.query<{ batch: bigint; committedAt: Date }>({ ...sql.exchange.readLastCommit })
  if (last === undefined) throw new StartupError('The database has no batch at all: restore it first.')
  return (
    `The last batch is ${last.batch}, of ${last.committedAt.toISOString()}: what was answered after it is gone. ` +
    `The next leader has an epoch above ${skipped.epoch}.`
  )
}
