import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { StartupError } from '../database/startup-error.ts'
import { keptSecret } from './secret.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'valiant-secret-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('the secret is created once, even by concurrent callers, and only its owner can read it', async () => {
  const secrets = await Promise.all(Array.from({ length: 8 }, () => keptSecret(folder)))
  expect(new Set(secrets).size).toBe(1)
  expect(secrets[0]).toMatch(/^[0-9a-f]{64}$/)
  expect(await keptSecret(folder)).toBe(secrets[0])
  expect(await readdir(folder)).toEqual(['auth-secret'])
  expect((await stat(join(folder, 'auth-secret'))).mode & 0o777).toBe(0o600)
})

// A full disk or a power cut may truncate the file. With an empty secret anybody could sign sessions.
test.each(['', '0'.repeat(31)])('a truncated secret "%s" is refused', async (left) => {
  const file = join(folder, 'auth-secret')
  await writeFile(file, left)
  const refused = expect(keptSecret(folder)).rejects
  await refused.toThrow(StartupError)
  await refused.toThrow(/auth-secret: expected at least 32 characters, found \d+\. Put it back.*delete/)
  expect(await readFile(file, 'utf8')).toBe(left)
})
