import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { devNull } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { dataFolder } from '../../test/rig/data-folder.ts'
import { openFaultProxy } from '../../test/rig/fault-proxy.ts'
import { COMPILE_CACHE } from '../../test/rig/compile-cache.ts'
import { freshDatabase } from '../../test/rig/postgres.ts'
import { openDatabase } from '../database/database.ts'
import { sql } from '../database/sql.ts'

const ROOT = join(import.meta.dirname, '..', '..')

async function run(environment: Readonly<Record<string, string>>, ...words: string[]) {
  const { PATH = '', HOME = '' } = process.env
  const env = { PATH, HOME, ENV_FILE: devNull, ...COMPILE_CACHE, ...environment }
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, ['server/cli.ts', ...words], { cwd: ROOT, env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, err }),
    )
  })
}

test('a command in a folder without a database says so and creates none', async () => {
  await using folder = await dataFolder()
  for (const words of [['halt', 'NOVA'], ['scheduled'], ['account', '2SGRJFC000000'], ['restored']]) {
    const ended = await run({ DATA_DIR: folder.path }, ...words)
    const err = `There is no database in ${folder.path}: set DATA_DIR to where it is, or DATABASE_URL.\n`
    expect(ended).toEqual({ code: 1, out: '', err })
  }
  expect(existsSync(join(folder.path, 'postgres'))).toBe(false)
})

test('a command mentions a misspelled setting before it takes the default', async () => {
  await using folder = await dataFolder()
  const { err } = await run({ DATA_DIR: folder.path, DATABSE_URL: 'postgres://me:hidden@db/valiant' }, 'halt', 'NOVA')
  expect(err).toMatch(
    /^DATABSE_URL is no setting and has no effect\. Did you mean DATABASE_URL\?\nThere is no database/,
  )
})

test('a command on a database without migrations says what to do, in one line', async () => {
  await using empty = await freshDatabase(undefined, 'template0')
  for (const words of [['halt', 'NOVA'], ['scheduled'], ['account', '2SGRJFC000000'], ['scenario', 'list']]) {
    const { code, out, err } = await run({ DATABASE_URL: empty.url }, ...words)
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(
      /^The command was interrupted: relation "\w+" does not exist\. .+`node server\/cli\.ts migrate`\.\n$/,
    )
  }
})

test('a command leaves no session settings behind in a connection pooler', async () => {
  await using fresh = await freshDatabase()
  const pooled = new URL(fresh.url)
  await using pooler = await openFaultProxy({ host: pooled.hostname, port: Number(pooled.port) })
  const kept: string[] = []
  pooler.watch((bytes) => {
    if (/\0options\0|SET /.test(bytes.toString('latin1'))) kept.push(bytes.toString('latin1'))
    return 'pass'
  })
  pooled.port = String(pooler.port)
  const at = { DATABASE_URL: pooled.href, LEASE_DATABASE_URL: fresh.url }
  expect(await run(at, 'queries')).toMatchObject({ code: 0 })
  expect(await run(at, 'restored')).toMatchObject({ code: 0, err: '' })
  expect(kept).toEqual([])
})

test('a file that is not a recording is rejected in one line', async () => {
  await using folder = await dataFolder()
  const [none, wrong, empty] = ['none', 'wrong', 'empty'].map((name) => join(folder.path, name)) as [
    string,
    string,
    string,
  ]
  await writeFile(wrong, '# Valiant\n')
  await writeFile(empty, '')
  expect((await run({}, 'replay', none)).err).toMatch(/^\S+none cannot be read: ENOENT: .+\.\n$/)
  expect((await run({}, 'replay', wrong)).err).toMatch(
    /^\S+wrong is no recording: expected the head of a recording as .+\n$/,
  )
  expect((await run({}, 'replay', empty)).err).toMatch(/^\S+empty is empty: expected the head of a recording\.\n$/)
})

test('`halt all` halts every instrument, and `resume all` ends that', async () => {
  await using fresh = await freshDatabase()
  const at = { DATABASE_URL: fresh.url }
  expect(await run(at, 'seed')).toMatchObject({ code: 0 })
  await using database = await openDatabase({ url: fresh.url, logger: { warn: () => undefined } })
  const statuses = async () => {
    const rows = await database.queries.any<{ status: string }>(sql.journal.listMarketStatuses)
    return rows.map(({ status }) => status)
  }
  expect(await run(at, 'halt', 'nova')).toMatchObject({ code: 0, out: 'NOVA is halted.\n' })
  const halted = await run(at, 'halt', 'ALL')
  expect(halted.out.match(/^\S+ is halted\.$/gm)).toHaveLength(16)
  expect(await statuses()).toEqual(Array(16).fill('halted'))
  expect(await run(at, 'resume', 'all')).toMatchObject({ code: 0 })
  expect(await statuses()).toEqual(Array(16).fill('open'))
})
