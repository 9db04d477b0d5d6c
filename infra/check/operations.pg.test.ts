import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { expect, test } from 'vitest'
import { freshDatabase } from '../../test/rig/postgres.ts'
import { fileOf, filesOf, ROOT } from './files.ts'

const run = promisify(execFile)

/** All pages of docs/operations. */
const pages = filesOf('docs/operations/*.md').map(fileOf).join('\n')

test('the `valiant` commands in docs/operations exist', async () => {
  const { stdout } = await run(process.execPath, [join(ROOT, 'server/cli.ts'), '--help'])
  const there = [...stdout.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name]) => name)
  const named = [...pages.matchAll(/(?:^ {4}|`|; do )valiant ([a-z-]+)/gm)].map(([, name]) => name)
  expect(named).toContain('halt')
  expect(there).toEqual(expect.arrayContaining(named))
})

test('the scripts and files in docs/operations exist', () => {
  const { scripts } = JSON.parse(fileOf('package.json')) as { scripts: Record<string, string> }
  const named = [...pages.matchAll(/npm run ([a-z:]+)/g)].map(([, name]) => name)
  expect(named).toContain('smoke')
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named))
  const files = [...pages.matchAll(/(?:infra|server)\/[\w/-]+(?:\.\w+)+/g)].map(([file]) => file)
  expect(files).toContain('infra/deploy/main.ts')
  expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([])
})

test('Postgres accepts the statements in docs/operations', async () => {
  const statements = [...pages.matchAll(/(?:\bsql|-Atc) "([^"]+)"/g)].map(([, text = '']) => text)
  // Statements with placeholders are incomplete, and pg_terminate_backend would end other tests' sessions.
  const whole = statements.filter((text) => !/…|PID|pg_terminate_backend/.test(text))
  expect(whole.length).toBeGreaterThan(3)
  await using database = await freshDatabase()
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    for (const statement of whole) expect((await client.query(statement)).fields, statement).not.toEqual([])
  } finally {
    await client.end()
  }
})
