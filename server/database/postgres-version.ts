import type { Client } from 'pg'
import { StartupError } from './startup-error.ts'

const OLDEST_POSTGRES = 17 // transaction_timeout

/** @throws {StartupError} when the Postgres of a connection is older than we need, rather than at the first setting it lacks */
export async function assertNewEnough(client: Pick<Client, 'query'>, url: string): Promise<void> {
  const { rows } = await client.query<{ server_version_num: string }>('SHOW server_version_num')
  const version = Math.floor(Number(rows[0]?.server_version_num) / 10_000)
  if (version >= OLDEST_POSTGRES) return
  throw new StartupError(`Postgres ${version} at ${shownUrl(url)} is too old: ${OLDEST_POSTGRES} or newer is needed.`)
}

/** A connection string without its password and parameters, fit for a log. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return 'an invalid URL'
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}
