import { Ajv, type ErrorObject } from 'ajv'
import addFormats from 'ajv-formats'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { fileOf } from './files.ts'

/** Docker is not needed: the file is held against the schema that Compose publishes, and against what we want of it. */
interface Compose {
  services: Record<
    string,
    {
      image?: string
      build?: { target?: string }
      command?: readonly string[]
      ports?: readonly string[]
      environment?: Record<string, unknown>
      volumes?: readonly string[]
      depends_on?: Record<string, { condition: string }>
      healthcheck?: object
    }
  >
}

const { $schema: _, ...schema } = JSON.parse(fileOf('node_modules/dclint/schemas/compose.schema.json')) as {
  $schema: string
}
const ajv = new Ajv({ strict: false, allErrors: true })
addFormats.default(ajv)
const isCompose = ajv.compile(schema)

const faultsOf = (text: string): readonly ErrorObject[] =>
  isCompose(parse(text, { merge: true })) ? [] : (isCompose.errors ?? [])

const text = fileOf('docker-compose.yml')
const { services } = parse(text) as Compose

test('docker-compose.yml is what the Compose specification takes', () => {
  expect(faultsOf(text)).toEqual([])
})

test.each([
  ['a key that there is not', text.replace('healthcheck:', 'heathcheck:')],
  ['a condition that there is not', text.replace('service_healthy', 'service_fine')],
  ['a port that is none', text.replace(/- '\$\{PORT:-3000\}:8080'/, '- [8080]')],
])('the check finds %s', (_fault, broken) => {
  expect(broken).not.toBe(text)
  expect(faultsOf(broken)).not.toEqual([])
})

test('only the balancer is reached from outside, so that there may be any number of the app', () => {
  const published = Object.entries(services).filter(([, { ports = [] }]) => ports.length > 0)
  expect(published.map(([name]) => name)).toEqual(['balancer'])
})

test('whatever another waits for has a health check or ends', () => {
  for (const [name, { depends_on: needs = {} }] of Object.entries(services)) {
    for (const [needed, { condition }] of Object.entries(needs)) {
      const on = services[needed]
      expect(on, `${name} needs ${needed}`).toBeDefined()
      if (condition === 'service_healthy') expect(on?.healthcheck, needed).toBeDefined()
    }
  }
})

test('no image is of an unnamed version', () => {
  for (const { image = '' } of Object.values(services)) expect(image).toMatch(/^[\w./-]+:(?!latest)[\w.-]+$/)
})

test('Redis forgets nothing that waits, and Postgres can say what was slow', () => {
  expect(services['redis']?.command?.join(' ')).toContain('--maxmemory-policy noeviction')
  expect(services['postgres']?.command?.join(' ')).toContain('preload_libraries=pg_stat_statements,auto_explain')
})
