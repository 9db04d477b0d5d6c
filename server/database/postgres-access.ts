import { chmod, chown, readFile, rename, stat, writeFile } from 'node:fs/promises'
import pg from 'pg'
import type { Place } from './postgres-place.ts'
import { StartupError } from './startup-error.ts'

/** The superuser of the embedded Postgres. */
export const ROLE = 'valiant'

/** How to reach the embedded Postgres; stored in `postgres.json`, readable by its owner only. */
export interface Access {
  readonly port: number
  readonly password: string
}

/** @throws {StartupError} when the file is missing or damaged */
export async function readAccess(place: Place): Promise<Access> {
  const text = await readFile(place.accessFile, 'utf8').catch(() => undefined)
  const read = text === undefined ? undefined : jsonOf(text)
  if (typeof read === 'object' && read !== null && 'port' in read && 'password' in read) {
    return { port: Number(read.port), password: String(read.password) }
  }
  throw new StartupError(
    `${place.accessFile} is missing or damaged, and with it the password of the database in ${place.cluster}. ` +
      'Restore it, or move both away to start over.',
  )
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export async function writeAccess(place: Place, access: Access): Promise<void> {
  const made = `${place.accessFile}.new`
  await writeFile(made, JSON.stringify(access) + '\n', { mode: 0o600 })
  await chmod(made, 0o600)
  const before = await stat(place.accessFile).catch(() => undefined)
  if (before !== undefined && place.owner !== undefined) await chown(made, before.uid, before.gid)
  await rename(made, place.accessFile)
}

/** Connection string of one of its databases, password included. */
export const urlOf = (access: Access, database: string) =>
  `postgres://${ROLE}:${access.password}@127.0.0.1:${access.port}/${database}`

/** Queries one value, as text. */
export async function ask(url: string, query: string): Promise<string> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000, application_name: 'embedded' })
  client.on('error', () => undefined) // the running query fails with it too
  await client.connect()
  try {
    const result = await client.query<string[]>({ text: query, rowMode: 'array' })
    return result.rows[0]?.[0] ?? ''
  } finally {
    await client.end()
  }
}
