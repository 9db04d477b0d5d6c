import { randomBytes } from 'node:crypto'
import { link, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../database/make-folder.ts'
import { reasonOf, StartupError } from '../database/startup-error.ts'

/** The same as for `AUTH_SECRET`. */
const LENGTH_MIN = 32

/**
 * The secret that signs sessions, generated once and kept beside the embedded Postgres, so that sessions outlive a restart.
 * @throws {StartupError} when it can be neither read nor written, or is incomplete
 */
export async function keptSecret(dataDir: string): Promise<string> {
  const file = join(dataDir, 'auth-secret')
  const secret = await readFile(file, 'utf8')
    .catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error
      return make(file, dataDir)
    })
    .catch((cause: unknown) => {
      throw new StartupError(`Cannot keep a secret in ${file}: ${reasonOf(cause)}. Set DATA_DIR to another.`, { cause })
    })
  // Given an empty secret, better-auth would sign with a publicly known one.
  if (secret.length >= LENGTH_MIN) return secret
  throw new StartupError(
    `${file}: expected at least ${LENGTH_MIN} characters, found ${secret.length}. Put it back, or delete it: ` +
      'another is made then, and everybody has to sign in again.',
  )
}

/** Written to a temporary file and moved into place; if another server was first, its secret is used. */
async function make(file: string, dataDir: string): Promise<string> {
  await makeFolder(dataDir)
  const making = `${file}.${randomBytes(4).toString('hex')}`
  try {
    {
      await using handle = await open(making, 'wx', 0o600)
      await handle.writeFile(randomBytes(32).toString('hex'))
      await handle.sync()
    }
    await link(making, file).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error
    })
  } finally {
    await rm(making, { force: true })
  }
  return readFile(file, 'utf8')
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)
