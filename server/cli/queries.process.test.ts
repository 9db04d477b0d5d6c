import { execFile } from 'node:child_process'
import { devNull, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { COMPILE_CACHE } from '../../test/rig/compile-cache.ts'
import { freshDatabase } from '../../test/rig/postgres.ts'
import { openDatabase } from '../database/database.ts'
import { sql } from '../database/sql.ts'

const ROOT = join(import.meta.dirname, '..', '..')

async function run(environment: Readonly<Record<string, string>>, ...options: string[]) {
  const { PATH = '', HOME = '' } = process.env
  const env = { PATH, HOME, ENV_FILE: devNull, ...COMPILE_CACHE, ...environment }
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, ['server/cli.ts', 'queries', ...options], { cwd: ROOT, env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, err }),
    )
  })
}

test('`valiant queries` lists statements by name with their plans, as text or JSON, and resets the counters on request', async () => {
  await using fresh = await freshDatabase()
  const at = { DATABASE_URL: fresh.url }
  await using database = await openDatabase({ url: fresh.url, logger: { warn: () => undefined } })
  for (const userId of ['one', 'two']) await database.queries.any(sql.journal.listAccountsOfUser, { userId })

  const lines = await run(at, '--by', 'calls', '--limit', '50', '--plans')
  expect([lines.code, lines.err]).toEqual([0, ''])
  const [header = '', ...rows] = lines.out.trimEnd().split('\n')
  expect(header).toMatch(/^ *total +share +calls +mean +max +rows +cached {2}statement$/)
  const at2 = rows.findIndex((row) => row.endsWith('  journal/list-accounts-of-user'))
  expect(rows[at2]).toMatch(/ ms +[\d.]+ % +2 +[\d.,]+ ms +[\d.,]+ ms +0\.0 +[\d.]+ % {2}journal/)
  expect(rows[at2 + 1]).toMatch(/^ {4}Sort {2}\(cost=/)

  const objects = await run(at, '--json', '--limit', '2', '--reset')
  const parsed = objects.out.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>) // prettier-ignore
  expect(parsed).toHaveLength(2)
  expect(Number(parsed[0]?.['totalMs'])).toBeGreaterThanOrEqual(Number(parsed[1]?.['totalMs']))
  expect((await run(at, '--limit', '50')).out).not.toContain('journal/list-accounts-of-user')
})

test('an invalid command is rejected in one line', async () => {
  const none = await run({ DATA_DIR: join(tmpdir(), 'valiant-nothing-here') })
  expect(none).toMatchObject({ code: 1, out: '' })
  expect(none.err).toMatch(/^There is no database in .*valiant-nothing-here: set DATA_DIR/)
  expect((await run({}, '--limit', '0')).err).toBe('Expected a number from 1 to 9999 as --limit, found 0.\n')
  expect((await run({}, '--by', 'luck')).err).toContain('Allowed choices are total, mean, calls, io.')
})
