import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { programPath } from '../../../test/rig/program.ts'
import { RULE_FILES, TEST_FILES } from './rules.ts'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../../..')
let promtool: string
let folder: string

beforeAll(async () => {
  promtool = await programPath('promtool', 'prometheus')
  folder = await mkdtemp(join(tmpdir(), 'valiant-promtool-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** What promtool prints when it refuses; empty when it does not. */
async function refusal(what: 'config' | 'rules' | 'tests', paths: readonly string[], cwd = ROOT): Promise<string> {
  const command = what === 'tests' ? ['test', 'rules'] : ['check', what]
  try {
    await run(promtool, [...command, ...paths], { cwd })
    return ''
  } catch (error) {
    if (error instanceof Error && 'stdout' in error && 'stderr' in error) {
      return `${String(error.stdout)}${String(error.stderr)}` || error.message
    }
    throw error
  }
}

test('Prometheus takes its configuration, and the rules with it', async () => {
  expect(await refusal('config', ['infra/observe/prometheus/prometheus.yml'])).toBe('')
  expect(await refusal('rules', RULE_FILES)).toBe('')
})

test('every alert fires when it should, says what it should, and is silent else', async () => {
  expect(TEST_FILES.length).toBe(RULE_FILES.length)
  expect(await refusal('tests', TEST_FILES)).toBe('')
})

test.each([
  ['another threshold', 'clients', 'max by (instance) (valiant_feed_age_seconds) > 2', '1 > 2'],
  ['a shorter patience', 'clients', 'for: 30s', 'for: 10s'],
  ['another severity', 'instances', 'severity: warning', 'severity: critical'],
])('the tests find %s', async (_fault, name, right, wrong) => {
  const copy = join(folder, 'broken')
  const file = `rules/${name}.yml`
  await cp(join(ROOT, 'infra/observe/prometheus'), copy, { recursive: true })
  const text = await readFile(join(copy, file), 'utf8')
  expect(text).toContain(right)
  await writeFile(join(copy, file), text.replaceAll(right, wrong))
  expect(await refusal('tests', [`tests/${name}.yml`], copy)).toContain('FAILED')
})
