import { execFileSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

const CHECKOUT = join(import.meta.dirname, '../..')
/** Imports what main.ts imports first, and prints whether Sentry was started. */
const PROGRAM = `
await import('./server/telemetry/instrument.ts')
console.log(globalThis.__SENTRY__ === undefined ? 'without' : 'with')
process.exit(0)
`

let folder: string
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'valiant-instrument-'))))
afterEach(() => rm(folder, { recursive: true }))

/** Runs the program in a checkout of this name with these settings in its `.env`. @returns its output */
async function outputIn(name: string, settings: string): Promise<string> {
  const root = join(folder, name)
  await mkdir(root)
  for (const part of ['server', 'package.json']) await cp(join(CHECKOUT, part), join(root, part), { recursive: true })
  await symlink(join(CHECKOUT, 'node_modules'), join(root, 'node_modules'))
  await writeFile(join(root, '.env'), settings)
  const program = ['--input-type=module', '--eval', PROGRAM]
  return execFileSync(process.execPath, program, { cwd: root, encoding: 'utf8', env: {} }).trim()
}

test('a DSN in .env starts Sentry, whatever the name of the folder; without a DSN it is not started', async () => {
  expect(await outputIn('plain', 'SENTRY_DSN=http://key@127.0.0.1:9/1')).toBe('with')
  expect(await outputIn('of two words, 100%', 'SENTRY_DSN=http://key@127.0.0.1:9/1')).toBe('with')
  expect(await outputIn('quiet', '')).toBe('without')
})
