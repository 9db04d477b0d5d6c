import type { Command } from 'commander'
import { audit, type CheckResult } from '../audit/audit.ts'
import { linesOf } from '../audit/report.ts'
import { commandAddress } from './command-database.ts'
import { ConfigError } from '../config.ts'
import { StartupError } from '../database/startup-error.ts'

/** Exit codes. */
const FAULTY = 1
const NOT_RUN = 2

/** @param root the folder of the installation */
export function addAuditCommand(program: Command, root: string): void {
  program
    .command('audit')
    .description('check the database (DATABASE_URL, else the embedded one) against itself: one line per check')
    .option('--json', 'JSON output, one object per line')
    .addHelpText('after', `\nExit code: ${FAULTY} when a check fails, ${NOT_RUN} when the audit could not run.`)
    .action(async ({ json = false }: { json?: boolean }) => {
      const tell = (result: CheckResult) => console.log(json ? JSON.stringify(result) : linesOf(result).join('\n'))
      try {
        await using parts = new AsyncDisposableStack()
        const { url } = await commandAddress(root, parts)
        const { results, last } = await audit(url, tell)
        if (results.some(({ ok }) => !ok)) process.exitCode = FAULTY
        if (!json && last.hash !== undefined) console.log(`       Batch ${last.batch} ends the chain with ${last.hash}`)
      } catch (error) {
        console.error(error instanceof StartupError || error instanceof ConfigError ? error.message : error)
        process.exitCode = NOT_RUN
      }
    })
}
