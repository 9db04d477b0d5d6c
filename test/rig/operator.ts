import { execFile } from 'node:child_process'
import { devNull } from 'node:os'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import { COMPILE_CACHE } from './compile-cache.ts'

const CLI = fileURLToPath(new URL('../../server/cli.ts', import.meta.url))

/** What an operator types, on the database of a test's server. @returns what it says */
export async function operator(databaseUrl: string, ...words: readonly string[]): Promise<string> {
  const env = { PATH: process.env['PATH'], ENV_FILE: devNull, DATABASE_URL: databaseUrl, ...COMPILE_CACHE }
  return (await promisify(execFile)(process.execPath, [CLI, ...words], { env })).stdout
}
