import { resolve } from 'node:path'
import type { Command } from 'commander'
import { audit, type CheckResult } from '../audit/audit.ts'
import { linesOf } from '../audit/report.ts'
import { assertDatabaseIn } from './command-database.ts'
import { type Config, ConfigError, readConfig } from '../config.ts'
import { startEmbeddedPostgres } from '../database/embedded-postgres.ts'
import { StartupError } from '../database/startup-error.ts'
import { addEnvFile } from '../env-file.ts'

/** What the process ends with. */
const FAULTY = 1
const NOT_RUN = 2
/** Where the server must have a secret with a database of its own, an audit must not. */
const SIGNS_NOTHING = { AUTH_SECRET: 'not needed, since an audit signs nothing' }

/** @param root the folder of the installation */
export function addAuditCommand(program: Command, root: string): void {
  program
    .command('audit')
    .description('hold the database (DATABASE_URL, else the embedded one) against itself: one line a check')
    .option('--json', 'one object a check, a line each')
    .addHelpText('after', `\nEnds with ${FAULTY} when something does not hold, with ${NOT_RUN} when it could not run.`)
    .action(async ({ json = false }: { json?: boolean }) => {
      const tell = (result: CheckResult) => console.log(json ? JSON.stringify(result) : linesOf(result).join('\n'))
      try {
        addEnvFile(process.env, root)
        const { results, last } = await auditDatabase(readConfig({ ...process.env, ...SIGNS_NOTHING }), root, tell)
        if (results.some(({ ok }) => !ok)) process.exitCode = FAULTY
        if (!json && last.hash !== undefined) console.log(`       Batch ${last.batch} ends the chain with ${last.hash}`)
      } catch (error) {
        console.error(error instanceof StartupError || error instanceof ConfigError ? error.message : error)
        process.exitCode = NOT_RUN
      }
    })
}

async function auditDatabase(config: Config, root: string, tell: (result: CheckResult) => void) {
  if (config.DATABASE_URL !== undefined) return audit(config.DATABASE_URL, tell)
  const dataDir = resolve(root, config.DATA_DIR)
  assertDatabaseIn(dataDir)
  await using postgres = await startEmbeddedPostgres({ dataDir, say: (text) => console.error(text) })
  return await audit(postgres.url, tell)
}
