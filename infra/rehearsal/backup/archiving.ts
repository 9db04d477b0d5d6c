import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../server/database/embedded-postgres.ts'

const run = promisify(execFile)
const RECOVERY_MS_MAX = 60_000
/** What belongs to the running server alone, or is fetched out of the archive. */
const LEFT_OUT = ['postmaster.pid', 'postmaster.opts', 'pg_wal/*', 'pg_replslot/*', 'pg_stat_tmp/*', 'pg_dynshmem/*']

/** A Postgres that keeps every piece of its log in a folder, as production's does elsewhere. */
export async function startArchiving(folder: string, archive: string): Promise<EmbeddedPostgres> {
  await mkdir(archive)
  await chmod(archive, 0o777) // run as root, Postgres is another user
  return startEmbeddedPostgres({
    dataDir: folder,
    settings: { archive_mode: 'on', archive_command: `test ! -f ${archive}/%f && cp %p ${archive}/%f` },
  })
}

/** A copy of the whole server's files into another data folder, while it goes on: what `pg_basebackup` does. */
export async function baseBackup(from: EmbeddedPostgres, folder: string, into: string): Promise<void> {
  const target = join(into, 'postgres')
  await mkdir(target, { mode: 0o700 })
  const client = await connected(from.url)
  try {
    await client.query("SELECT pg_backup_start('rehearsal', fast => true)")
    const excludes = LEFT_OUT.map((name) => `--exclude=./${name}`).join(' ')
    // Files change while they are read: the log of that time, which recovery replays, has what they lack. tar says 1 then.
    const copy = `{ tar -C '${from.dataDirectory}' ${excludes} -cf - . || [ $? -eq 1 ]; } | tar -C '${target}' -xpf -`
    await run('sh', ['-c', copy])
    const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop()')
    await writeFile(join(target, 'backup_label'), rows[0]?.labelfile ?? '')
  } finally {
    await client.end()
  }
  const { uid, gid } = await stat(from.dataDirectory)
  await run('chown', ['-R', `${uid}:${gid}`, target])
  await cp(join(folder, 'postgres.json'), join(into, 'postgres.json'))
}

/** Sends what is left of the log to the archive, and waits until it is there. */
export async function flushArchive(from: EmbeddedPostgres): Promise<void> {
  const client = await connected(from.url)
  try {
    const { rows } = await client.query<{ file: string }>('SELECT pg_walfile_name(pg_switch_wal()) AS file')
    const file = rows[0]?.file ?? ''
    await until(async () => {
      const archived = 'SELECT last_archived_wal >= $1 AS "isThere" FROM pg_stat_archiver'
      return (await client.query<{ isThere: boolean | null }>(archived, [file])).rows[0]?.isThere === true
    })
  } finally {
    await client.end()
  }
}

/** Starts the copy, which replays the archive up to a moment of the database's clock and goes on from there by itself. */
export async function restoreTo(time: string, folder: string, archive: string): Promise<EmbeddedPostgres> {
  const cluster = join(folder, 'postgres')
  await writeFile(join(cluster, 'recovery.signal'), '')
  const restored = await startEmbeddedPostgres({
    dataDir: folder,
    settings: {
      restore_command: `cp ${archive}/%f %p`,
      recovery_target_time: time,
      recovery_target_action: 'promote',
    },
  })
  const client = await connected(restored.url)
  try {
    await until(async () => {
      const { rows } = await client.query<{ isDone: boolean }>('SELECT NOT pg_is_in_recovery() AS "isDone"')
      return rows[0]?.isDone === true
    })
  } finally {
    await client.end()
  }
  return restored
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'backup' })
  await client.connect()
  await client.query('SET transaction_timeout = 0') // the role's is for trading
  return client
}

/** Postgres tells nobody of these: it is asked. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + RECOVERY_MS_MAX
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`expected Postgres to be done within ${RECOVERY_MS_MAX} ms`)
    await delay(20)
  }
}
