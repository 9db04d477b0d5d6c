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
const runBook = filesOf('docs/operations/*.md').map(fileOf).join('\n')

test('the commands of `valiant` that the run book names are there', async () => {
  const { stdout } = await run(process.execPath, [join(ROOT, 'server/cli.ts'), '--help'])
  const there = [...stdout.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name]) => name)
  const named = [...runBook.matchAll(/(?:^ {4}|`|; do )valiant ([a-z-]+)/gm)].map(([, name]) => name)
  expect(named).toContain('halt')
  expect(there).toEqual(expect.arrayContaining(named))
})

test('its scripts and files are there', () => {
  const { scripts } = JSON.parse(fileOf('package.json')) as { scripts: Record<string, string> }
  const named = [...runBook.matchAll(/npm run ([a-z:]+)/g)].map(([, name]) => name)
  expect(named).toContain('smoke')
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named))
  const files = [...runBook.matchAll(/(?:infra|server)\/[\w/-]+(?:\.\w+)+/g)].map(([file]) => file)
  expect(files).toContain('infra/deploy/main.ts')
  expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([])
})

test('its statements are such that Postgres answers', async () => {
  const statements = [...runBook.matchAll(/(?:\bsql|-Atc) "([^"]+)"/g)].map(([, text = '']) => text)
  // Those with a place to fill in are not whole, and those that end sessions would end others'.
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
