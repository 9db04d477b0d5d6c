import { existsSync } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '../../server/database/embedded-postgres.ts'
import { migrate } from '../../server/database/migrations.ts'
import { unpackedChromium } from './browser.ts'
import { POSTGRES_URL_VARIABLE } from './postgres.ts'

const PREFIX = 'valiant-test-'

/**
 * Starts one Postgres for all tests of this run, in a folder of the run. It does not flush to disk, so its data survives
 * everything except a crash of the machine; tests of durability start their own, configured as it ships. Also unpacks
 * Chromium before any test needs it.
 */
export default async function setup(): Promise<() => Promise<void>> {
  await sweep()
  await unpackedChromium()
  const dataDir = join(tmpdir(), `${PREFIX}${process.pid}`)
  await mkdir(dataDir, { recursive: true })
  const postgres = await startEmbeddedPostgres({
    dataDir,
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' },
  })
  await migrate(postgres.url)
  process.env[POSTGRES_URL_VARIABLE] = postgres.url
  return async () => {
    await postgres.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

/** Removes what killed runs of this user have left behind. */
async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length)) : NaN
    if (Number.isNaN(pid) || lives(pid)) continue
    const dataDir = join(tmpdir(), name)
    if ((await stat(dataDir)).uid !== process.getuid?.()) continue
    if (existsSync(join(dataDir, 'postgres', 'postmaster.pid'))) await (await startEmbeddedPostgres({ dataDir })).stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // It lives, but belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
