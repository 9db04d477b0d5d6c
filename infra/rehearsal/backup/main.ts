import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startEmbeddedPostgres } from '../../../server/database/embedded-postgres.ts'
import { withDatabase } from '../../../test/rig/postgres.ts'
import { dataFolder } from '../../../test/rig/data-folder.ts'
import { command, EPOCH, Guest, openVenue, ROLE_LIMITS, valueOf } from './venue.ts'

/*
 * `npm run rehearse:backup`: a dump of the database under trade, as docs/operations/backup.md has it, restored into a second
 * Postgres; the audit there; and the exchange, which goes on in it. The restore to a moment is rehearsed by every `npm test`
 * (point-in-time.process.test.ts); this one is not, since its tools come out of Debian's packages. docs/rehearsals/backup.log
 * keeps its outcome.
 */

const run = promisify(execFile)
const POSTGRES_MAJOR = '18' // of the embedded one
const ORDERS = 200

const say = (text: string) => console.log(`${new Date().toISOString().slice(11, 19)}  ${text}`)

function holds(what: string, isSo: boolean): void {
  say(`${isSo ? 'ok    ' : 'FAULT '} ${what}`)
  if (!isSo) process.exitCode = 1
}

const client = join(tmpdir(), `valiant-postgres-client-${POSTGRES_MAJOR}`)
await run('bash', [join(import.meta.dirname, 'postgres-client.sh'), client, POSTGRES_MAJOR])
const tool = async (name: 'pg_dump' | 'pg_restore', ...options: string[]) =>
  run(join(client, 'bin', name), options).then(({ stderr }) => stderr)

await using parts = new AsyncDisposableStack()
const old = parts.use(await dataFolder())
const other = parts.use(await dataFolder())
const folder = await mkdtemp(join(tmpdir(), 'valiant-dump-'))
parts.defer(() => rm(folder, { recursive: true, force: true }))
const dump = join(folder, 'valiant.dump')

const source = parts.use(await startEmbeddedPostgres({ dataDir: old.path, say }))
const before = parts.use(await openVenue(source.url, old.path))
const guest = await Guest.at(before)
const atFirst = await guest.buys(before, ORDERS)
say(`${ORDERS} orders; and as many while it is dumped`)
const [, meanwhile] = await Promise.all([
  tool('pg_dump', '--format=custom', '--create', '--file', dump, '--dbname', source.url),
  guest.buys(before, ORDERS),
])
say(`pg_dump: ${(await stat(dump)).size} bytes`)
await before.stop()
const lastEpoch = Number(await valueOf(source.url, EPOCH))

const target = parts.use(await startEmbeddedPostgres({ dataDir: other.path, say }))
// The embedded Postgres has made an empty database of that name: it goes, and the dump brings its own.
const maintenance = withDatabase(target.url, 'postgres')
const complaints = await tool('pg_restore', '--create', '--clean', '--if-exists', '--exit-on-error', '--dbname', maintenance, dump) // prettier-ignore
holds('pg_restore says nothing', complaints === '')
const limits = await valueOf(target.url, ROLE_LIMITS)
holds('the role has its timeouts in the restored database', limits === (await valueOf(source.url, ROLE_LIMITS)))
const audited = await command(target.url, 'audit')
holds(`the audit passes there: ${audited.said.trimEnd().split('\n').length} lines`, audited.code === 0)
const told = await command(target.url, 'restored')
holds(told.said.trim(), told.code === 0)

const home = join(other.path, 'server')
await mkdir(home)
const after = parts.use(await openVenue(target.url, home))
const all = [...atFirst, ...meanwhile]
const kept = Number(await valueOf(target.url, "SELECT count(*) FROM orders WHERE client_order_id LIKE 'rehearsed-%'"))
holds(
  `${kept} of ${all.length} orders are there: all from before the dump, none without those before it`,
  kept >= ORDERS,
)
const newest = await guest.orders(after)
holds('the guest, signed in as before, sees the newest of them', newest.at(-1) === all[kept - 1])
const more = await guest.buys(after, 3)
holds('and trades on', (await guest.orders(after)).slice(-3).join() === more.join())
const epoch = Number(await valueOf(target.url, EPOCH))
holds(`epoch ${epoch}, after ${lastEpoch}`, epoch > lastEpoch)
await after.stop()
holds('the audit passes after that too', (await command(target.url, 'audit')).code === 0)
