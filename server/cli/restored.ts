import { setTimeout as delay } from 'node:timers/promises'
import type { Command } from 'commander'
import { inCommandDatabase } from './command-database.ts'
import type { Database } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import { StartupError } from '../database/startup-error.ts'

/** More than the number of leaders since the restored moment. Trade numbers have room for thousands of such skips. */
const EPOCHS = 1_000
/** Longer than a lease: a restored database may contain one, while a live leader renews its own within this time. */
const LEASE_OUT_MS = 2_200

/** @param root the folder of the installation */
export function addRestoredCommand(program: Command, root: string): void {
  program
    .command('restored')
    .description('prepare a database that was restored to an earlier time; run before the first server starts on it')
    .addHelpText(
      'after',
      '\nClients and servers follow the leader with the highest epoch they have seen, and the restored database only knows\n' +
        `older ones. This skips ${EPOCHS} epochs. See docs/operations/backup.md.`,
    )
    .action(() => inCommandDatabase(root, async ({ database }) => console.log(await skipEpochs(database))))
}

/** @returns a sentence that says what was restored */
async function skipEpochs({ lease }: Database): Promise<string> {
  const skip = async () => (await lease.query<{ epoch: bigint }>({ ...sql.exchange.skipEpochs, values: [EPOCHS] }))[0]
  const skipped = (await skip()) ?? (await delay(LEASE_OUT_MS).then(skip))
  if (skipped === undefined) throw new StartupError('A server is leading on this database: stop all servers first.')
  const [last] = await lease.query<{ batch: bigint; committedAt: Date }>({ ...sql.exchange.readLastCommit })
  if (last === undefined) throw new StartupError('The database contains no batches: restore it first.')
  return (
    `The last batch is ${last.batch}, committed at ${last.committedAt.toISOString()}; everything after it is lost. ` +
    `The next leader will have an epoch above ${skipped.epoch}.`
  )
}
