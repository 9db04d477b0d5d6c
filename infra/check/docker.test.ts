import { validate } from 'dockerfile-utils'
import { expect, test } from 'vitest'
import { fileOf, filesOf } from './files.ts'

const text = fileOf('Dockerfile')

interface Instruction {
  readonly name: string
  readonly text: string
}
interface Stage {
  readonly from: string
  readonly name: string
  readonly instructions: readonly Instruction[]
}

/** The stages, with lines that go on joined and comments left out. */
function stagesOf(dockerfile: string): Stage[] {
  const lines = dockerfile
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
  const stages: (Stage & { instructions: Instruction[] })[] = []
  for (const line of lines) {
    const [, from, name] = /^FROM (?:--\S+ )?(\S+) AS (\w+)$/.exec(line) ?? []
    if (from !== undefined && name !== undefined) stages.push({ from, name, instructions: [] })
    else if (line !== '') {
      stages.at(-1)?.instructions.push({ name: line.split(' ', 1)[0] ?? '', text: line.slice(line.indexOf(' ') + 1) })
    }
  }
  return stages
}

/** What the image would do wrong, in sentences. */
function faultsOf(dockerfile: string): string[] {
  const faults = validate(dockerfile).map(
    ({ range, message }) => `line ${range.start.line + 1}: ${JSON.stringify(message)}`,
  )
  const stages = stagesOf(dockerfile)
  const last = stages.at(-1)
  const release = stages.find(({ name }) => name === last?.from)
  const shipped = [...(release?.instructions ?? []), ...(last?.instructions ?? [])]
  const valueOf = (name: string) => shipped.findLast((one) => one.name === name)?.text ?? ''
  if (!/^(node|[1-9]\d*)$/.test(valueOf('USER'))) faults.push('it runs as root')
  if (!valueOf('CMD').startsWith('["node", ')) faults.push('node is not process 1: SIGTERM would not arrive')
  if (!valueOf('HEALTHCHECK').includes('/healthz')) faults.push('nobody asks whether it lives')
  if (shipped.some(({ name }) => name === 'RUN')) faults.push('the last stage runs a program of the image’s platform')
  for (const { name, text } of shipped) {
    if (name === 'COPY' && /^(--\S+ )*(\.|web)\/? /.test(text) && !text.includes('--from=')) {
      faults.push(`it ships sources of the terminal: ${text}`)
    }
  }
  const packages = stages.find(({ name }) => name === 'packages')
  const install = packages?.instructions.find(({ text }) => text.includes('npm ci'))?.text ?? ''
  for (const option of ['--omit=dev', '--omit=optional', '--ignore-scripts']) {
    if (!install.includes(option)) faults.push(`the shipped packages are installed without ${option}`)
  }
  return faults
}

test('the Dockerfile is well-formed, and its image is small, not root’s, and hears SIGTERM', () => {
  expect(faultsOf(text)).toEqual([])
})

test.each([
  ['an instruction that there is not', text.replace('EXPOSE', 'EXPORT'), /EXPORT/],
  ['a port that is none', text.replace('EXPOSE 3000', 'EXPOSE web'), /port/i],
  ['root', text.replace('USER node', 'USER root'), /root/],
  ['npm as process 1', text.replace(/CMD \["node", "server.*/, 'CMD npm start'), /process 1/],
  ['development packages', text.replace('--omit=dev ', ''), /--omit=dev/],
  ['all sources', text.replace('COPY db db', 'COPY . .'), /sources/],
])('the check finds %s', (_fault, broken, sentence) => {
  expect(broken).not.toBe(text)
  expect(faultsOf(broken)).toContainEqual(expect.stringMatching(sentence))
})

test('the targets are those that docker-compose.yml, the workflows and docs/operations build', () => {
  expect(stagesOf(text).map(({ name }) => name)).toEqual(['packages', 'web', 'release', 'command', 'app'])
})

test('no test, secret or build of a checkout is sent to the builder', () => {
  const lines = fileOf('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  expect(lines[0], 'everything is left out').toBe('*')
  const taken = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
  for (const path of taken) expect(filesOf(path), path).not.toEqual([])
  expect(taken.filter((path) => /env|data|test|node_modules/.test(path))).toEqual([])
  expect(lines).toEqual(expect.arrayContaining(['**/node_modules', '**/*.test.ts', 'web/build']))
})
