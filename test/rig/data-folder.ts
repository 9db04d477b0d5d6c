import { execFileSync } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '../../server/database/embedded-postgres.ts'

/** A data folder for servers with an embedded Postgres. Disposing of it also stops a Postgres that a test left running. */
export async function dataFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'valiant-data-'))
  // When run as root, Postgres runs as another user, who must be able to enter.
  await chmod(path, 0o755)
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      if (processesOf(path).length > 0) await (await startEmbeddedPostgres({ dataDir: path })).stop()
      await rm(path, { recursive: true, force: true })
    },
  }
}

/** The processes with this folder among their arguments, such as a Postgres that serves it. */
export function processesOf(folder: string): string[] {
  const all = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n')
  return all.filter((line) => line.includes(folder))
}
