import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { addAccountCommands } from './cli/account.ts'
import { addAuditCommand } from './cli/audit.ts'
import { type CommandDatabase, inCommandDatabase } from './cli/command-database.ts'
import { ConfigError } from './config.ts'
import { migrate } from './database/migrations.ts'
import { StartupError } from './database/startup-error.ts'
import { definitionsOf, readInstruments } from './instruments.ts'
import { seedInstruments } from './journal/instruments.ts'
import { addOperatorCommands } from './cli/operator.ts'
import { addQueriesCommand } from './cli/queries.ts'
import { addRemovalCommands } from './cli/removal.ts'
import { addReplayCommand } from './cli/replay.ts'
import { addRestoredCommand } from './cli/restored.ts'
import { addScenarioCommands } from './cli/scenario.ts'

/** Commands for operators and developers. */

const ROOT = join(import.meta.dirname, '..')

const program = new Command('node server/cli.ts')
  .description('Valiant: commands besides running the server (`npm start`).')
  .configureHelp({ sortSubcommands: true })
  .showHelpAfterError('(see --help)')
  .addHelpText('after', '\nThe settings are those of the server: environment variables or .env. See .env.example.')

program
  .command('generate')
  .description(
    'write the generated files: .env.example, tables in docs/configuration.md and docs/operations/monitoring.md, docs/*api.json',
  )
  .option('--check', 'write nothing; fail if a file is stale')
  .action(generate)

program
  .command('migrate')
  .description('migrate the database (DATABASE_URL, else the embedded one) to the newest schema')
  .addHelpText('after', '\nThe server does this on startup; use it to migrate ahead of a deployment.')
  .action(() => inCommandDatabase(ROOT, migrateDatabase, 'make'))

program
  .command('seed')
  .description('migrate, then list the instruments of INSTRUMENTS_FILE on the exchange')
  .addHelpText('after', '\nThe server does this on startup; its leader generates the history of a new market.')
  .action(() =>
    inCommandDatabase(
      ROOT,
      async (parts) => {
        await migrateDatabase(parts)
        const listed = readInstruments(resolve(ROOT, parts.config.INSTRUMENTS_FILE))
        await seedInstruments(parts.database.queries, definitionsOf(listed))
        console.log(`${listed.length} instruments are listed: ${listed.map(({ wire }) => wire.symbol).join(', ')}.`)
      },
      'make',
    ),
  )

addAccountCommands(program, ROOT)
addAuditCommand(program, ROOT)
addOperatorCommands(program, ROOT)
addQueriesCommand(program, ROOT)
addRemovalCommands(program, ROOT)
addReplayCommand(program)
addRestoredCommand(program, ROOT)
addScenarioCommands(program, ROOT)

async function generate({ check = false }: { check?: boolean }): Promise<void> {
  // Loaded on demand: it needs prettier, which only development installs have.
  const { generatedFiles } = await import('./generate/generated.ts')
  for (const { path, text } of await generatedFiles(ROOT)) {
    const file = join(ROOT, path)
    if ((await readFile(file, 'utf8').catch(() => undefined)) === text) continue
    if (check) throw new StartupError(`${path} is stale: run \`npm run generate\`.`)
    await writeFile(file, text)
    console.log(`Wrote ${path}.`)
  }
}

async function migrateDatabase({ directUrl }: CommandDatabase): Promise<void> {
  const say = (text: string) => console.log(text)
  const applied = await migrate(directUrl, { say })
  if (applied.length === 0) say('The database is up to date.')
}

try {
  await program.parseAsync()
} catch (error) {
  const isPlain = error instanceof StartupError || error instanceof ConfigError
  console.error(isPlain ? error.message : error)
  process.exitCode = 1
}
