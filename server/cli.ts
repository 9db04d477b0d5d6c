import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { addAuditCommand } from './audit-command.ts'
import { type Config, ConfigError, readConfig } from './config.ts'
import { openDatabase } from './database/database.ts'
import { startEmbeddedPostgres } from './database/embedded-postgres.ts'
import { migrate } from './database/migrations.ts'
import { StartupError } from './database/startup-error.ts'
import { addEnvFile } from './env-file.ts'
import { addOperatorCommands } from './operator-commands.ts'
import { addReplayCommand } from './replay-command.ts'

/** What an operator and a developer do beside running the server. */

const ROOT = join(import.meta.dirname, '..')

const program = new Command('node server/cli.ts')
  .description('Valiant: what there is to do beside running the server (`npm start`).')
  .configureHelp({ sortSubcommands: true })
  .showHelpAfterError('(--help says more)')
  .addHelpText('after', '\nSettings are those of the server: environment variables or .env; .env.example lists them.')

program
  .command('generate')
  .description('write .env.example and the table of settings in README.md from server/config.ts')
  .option('--check', 'write nothing; fail when one of them is stale')
  .action(generate)

program
  .command('migrate')
  .description('bring the database (DATABASE_URL, else the embedded one) to the newest schema')
  .addHelpText('after', '\nThe server does so itself when it starts; this is for a deployment that does it before.')
  .action(async () => {
    addEnvFile(process.env, ROOT)
    await migrateDatabase(readConfig(process.env))
  })

addAuditCommand(program, ROOT)
addOperatorCommands(program, ROOT)
addReplayCommand(program)

async function generate({ check = false }: { check?: boolean }): Promise<void> {
  // Not with the rest: it needs prettier, which only a checkout for development has.
  const { generatedFiles } = await import('./generate/generated.ts')
  for (const { path, text } of await generatedFiles(ROOT)) {
    const file = join(ROOT, path)
    if ((await readFile(file, 'utf8').catch(() => undefined)) === text) continue
    if (check) throw new StartupError(`${path} is stale: run \`npm run generate\`.`)
    await writeFile(file, text)
    console.log(`Wrote ${path}.`)
  }
}

async function migrateDatabase(config: Config): Promise<void> {
  const say = (text: string) => console.log(text)
  await using parts = new AsyncDisposableStack()
  const dataDir = resolve(ROOT, config.DATA_DIR)
  const url = config.DATABASE_URL ?? parts.use(await startEmbeddedPostgres({ dataDir, say })).url
  // Says whether it can be reached and is new enough.
  parts.use(await openDatabase({ url, logger: { warn: (_, message) => console.error(message) } }))
  const applied = await migrate(url, say)
  if (applied.length === 0) say('The database is up to date.')
}

try {
  await program.parseAsync()
} catch (error) {
  const isPlain = error instanceof StartupError || error instanceof ConfigError
  console.error(isPlain ? error.message : error)
  process.exitCode = 1
}
