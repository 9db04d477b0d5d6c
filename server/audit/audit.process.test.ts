import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { devNull } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { COMPILE_CACHE } from '../../test/rig/compile-cache.ts'
import { freshDatabase } from '../../test/rig/postgres.ts'
import { dataFolder } from '../../test/rig/data-folder.ts'
import { startEmbeddedPostgres } from '../database/embedded-postgres.ts'
import { migrate } from '../database/migrations.ts'
import { CHECKS } from './checks.ts'

const ROOT = join(import.meta.dirname, '../..')

/** Runs the command as an operator would, with little memory. */
async function run(environment: Readonly<Record<string, string>>, ...options: string[]) {
  const { PATH = '', HOME = '' } = process.env
  const env = {
    PATH,
    HOME,
    ENV_FILE: devNull,
    ...COMPILE_CACHE,
    NODE_OPTIONS: '--max-old-space-size=96',
    ...environment,
  }
  return new Promise<{ code: unknown; out: string; err: string }>((resolve) => {
    execFile(process.execPath, ['server/cli.ts', 'audit', ...options], { cwd: ROOT, env }, (error, out, err) =>
      resolve({ code: error?.code ?? 0, out, err }),
    )
  })
}

async function inDatabase(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(statement)
  await client.end()
}

const linesIn = (text: string) => text.trimEnd().split('\n')

describe('npm run audit', () => {
  test('prints one ok line per check of an intact database and exits with 0', async () => {
    await using fresh = await freshDatabase()
    const { code, out, err } = await run({ DATABASE_URL: fresh.url })
    expect(err).toBe('')
    expect(code).toBe(0)
    expect(linesIn(out)).toHaveLength(CHECKS.length)
    for (const line of linesIn(out)) expect(line).toMatch(/^ok {5}\S/)
  })

  test('lists the faults and exits with 1, also with --json', async () => {
    await using fresh = await freshDatabase()
    await inDatabase(fresh.url, "INSERT INTO balance (account_id, asset, amount) VALUES (3, 'USD', 5)")
    const words = await run({ DATABASE_URL: fresh.url })
    expect(words.code).toBe(1)
    expect(words.out).toContain(
      'FAULT  balances equal the sums of their entries (1 balances): 1 does not hold\n' +
        '         account 3, USD: balance 5, its lines sum to 0\n',
    )
    const objects = await run({ DATABASE_URL: fresh.url }, '--json')
    expect(objects.code).toBe(1)
    const results = linesIn(objects.out).map((line) => JSON.parse(line) as { check: string; ok: boolean })
    expect(results).toHaveLength(CHECKS.length)
    expect(results.filter(({ ok }) => !ok)).toEqual([
      expect.objectContaining({ check: 'assets', faults: 1 }),
      {
        check: 'balances',
        claim: 'balances equal the sums of their entries',
        ok: false,
        counted: 1,
        of: 'balances',
        faults: 1,
        rows: [{ row: 'account 3, USD', fault: 'balance 5, its lines sum to 0' }],
      },
    ])
  })

  test('starts the embedded database if it is not running, and stops it again', async () => {
    await using folder = await dataFolder()
    const postgres = await startEmbeddedPostgres({ dataDir: folder.path })
    await migrate(postgres.url)
    await postgres.stop()
    const { code, out } = await run({ DATA_DIR: folder.path })
    expect(code).toBe(0)
    expect(linesIn(out)).toHaveLength(CHECKS.length)
    expect(existsSync(join(postgres.dataDirectory, 'postmaster.pid'))).toBe(false)
  })
})

describe('it exits with 2', () => {
  test('without a database, and creates none', async () => {
    await using folder = await dataFolder()
    const { code, out, err } = await run({ DATA_DIR: folder.path })
    expect(code).toBe(2)
    expect(out).toBe('')
    expect(err).toBe(`There is no database in ${folder.path}: set DATA_DIR to where it is, or DATABASE_URL.\n`)
    expect(existsSync(join(folder.path, 'postgres'))).toBe(false)
  })

  test('when the database cannot be reached', async () => {
    const { code, err } = await run({ DATABASE_URL: 'postgres://nobody:secret@127.0.0.1:1/none' })
    expect(code).toBe(2)
    expect(err).toMatch(/^Cannot audit: .*ECONNREFUSED/)
    expect(err).not.toContain('secret')
  })

  test('on a different schema version, and says what to do', async () => {
    await using fresh = await freshDatabase(undefined, 'template0')
    const { code, err } = await run({ DATABASE_URL: fresh.url })
    expect(code).toBe(2)
    expect(err).toMatch(
      /^The audit was interrupted: relation "account" does not exist\. The database is of another version/,
    )
  })
})
