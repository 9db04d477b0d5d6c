import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { programPath } from '../../test/rig/program.ts'
import { filesOf } from './files.ts'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../..')

/** What shellcheck says of scripts; empty when it has nothing to say. */
async function faultsOf(paths: readonly string[]): Promise<string> {
  const shellcheck = await programPath('shellcheck')
  try {
    return (await run(shellcheck, ['--format=gcc', ...paths], { cwd: ROOT })).stdout
  } catch (error) {
    if (error instanceof Error && 'stdout' in error && error.stdout !== '') return String(error.stdout)
    throw error
  }
}

test('shellcheck has nothing to say of the scripts of images, balancers and rehearsals', async () => {
  const scripts = filesOf('infra/**/*.sh', 'infra/image/valiant')
  expect(scripts.length).toBeGreaterThan(1)
  expect(await faultsOf(scripts)).toBe('')
})

test('the check finds a word that falls apart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'valiant-scripts-'))
  try {
    const broken = join(folder, 'broken.sh')
    await writeFile(broken, '#!/bin/sh\nrm $1\n')
    expect(await faultsOf([broken])).toContain('SC2086')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
