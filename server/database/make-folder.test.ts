import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeFolder } from './make-folder.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'valiant-folder-'))
})
afterAll(() => rm(root, { recursive: true }))

test('a folder is made with those above it, also by several at once', async () => {
  const path = join(root, 'a/b/c')
  await Promise.all([makeFolder(path), makeFolder(path), makeFolder(join(root, 'a/b/d'))])
  await makeFolder(path)
  expect((await stat(path)).isDirectory()).toBe(true)
})

test('it fails, and ends, where no folder can be made', async () => {
  const file = join(root, 'file')
  await writeFile(file, '')
  await expect(makeFolder(file)).rejects.toThrow('EEXIST')
  await expect(makeFolder(join(file, 'inside/it'))).rejects.toThrow(/ENOTDIR|EEXIST/)
})

test.runIf(process.platform === 'linux')('it ends on /proc, which says that /proc does not exist', async () => {
  await expect(makeFolder('/proc/valiant/data')).rejects.toThrow('ENOENT')
})
