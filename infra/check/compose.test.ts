import { Ajv, type ErrorObject } from 'ajv'
import addFormats from 'ajv-formats'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { POSTGRES_PRELOADS, POSTGRES_REPORTS } from '../../server/database/postgres-reports.ts'
import { fileOf, filesOf } from './files.ts'

/** Docker is not needed: the file is held against the schema that Compose publishes, and against what we want of it. */
interface Compose {
  services: Record<
    string,
    {
      image?: string
      build?: { target?: string }
      command?: readonly string[]
      profiles?: readonly string[]
      ports?: readonly string[]
      environment?: Record<string, unknown>
      volumes?: readonly string[]
      depends_on?: Record<string, { condition: string }>
      healthcheck?: object
      logging?: { driver?: string; options?: Record<string, string> }
      security_opt?: readonly string[]
      oom_score_adj?: number
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
const { services } = parse(text, { merge: true }) as Compose

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

test('the log of each container has a bound: Docker’s own has none, and would fill the disk of Postgres', () => {
  for (const [name, { logging }] of Object.entries(services)) {
    expect(logging, name).toMatchObject({ driver: 'json-file', options: { 'max-size': '50m', 'max-file': '5' } })
  }
})

const observers = Object.entries(services).filter(([, { profiles = [] }]) => profiles.includes('observe'))

test('only the balancer is reached from outside, so that there may be any number of the app', () => {
  const published = Object.values(services).flatMap(({ ports = [] }) => ports)
  const outside = published.filter((port) => !port.startsWith('127.0.0.1:'))
  expect(outside).toEqual(services['balancer']?.ports)
})

test('who watches is started only when asked for, and seen from this machine alone', () => {
  expect(observers.map(([name]) => name).sort()).toEqual([
    'grafana',
    'node-exporter',
    'postgres-exporter',
    'prometheus',
    'redis-exporter',
  ])
  const ports = observers.flatMap(([, { ports: each = [] }]) => each)
  expect(ports.sort()).toEqual(['127.0.0.1:${GRAFANA_PORT:-3001}:3000', '127.0.0.1:${PROMETHEUS_PORT:-9090}:9090'])
  for (const [name, { depends_on: needs = {} }] of Object.entries(services)) {
    const watched = Object.keys(needs).filter((needed) => observers.some(([observer]) => observer === needed))
    expect(watched, `${name} runs without them`).toEqual([])
  }
})

test('Grafana is for looking alone, and leaves no password that is known', () => {
  expect(services['grafana']?.environment).toMatchObject({
    GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
    GF_AUTH_BASIC_ENABLED: 'false',
    GF_AUTH_DISABLE_LOGIN_FORM: 'true',
    GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION: 'true',
  })
})

test('Prometheus asks what there is, by the names that the containers have', () => {
  interface Job {
    job_name: string
    dns_sd_configs?: { names: string[]; port: number }[]
    static_configs?: { targets: string[] }[]
  }
  const { scrape_configs: jobs } = parse(fileOf('infra/observe/prometheus/prometheus.yml')) as { scrape_configs: Job[] }
  const [instances] = jobs.flatMap(({ dns_sd_configs: each = [] }) => each)
  expect(instances).toMatchObject({ names: ['app'], port: services['app']?.environment?.['METRICS_PORT'] })
  const hosts = jobs.flatMap(({ static_configs: each = [] }) => each.flatMap(({ targets }) => targets))
  expect(hosts.map((host) => host.split(':')[0]).sort()).toEqual([
    'balancer',
    'localhost',
    'node-exporter',
    'postgres-exporter',
    'redis-exporter',
  ])
  expect(fileOf('infra/load-balancer/compose-metrics.cfg')).toContain('bind *:8404')
  expect(hosts).toContain('balancer:8404')
})

test('what is mounted out of the repository is there', () => {
  const mounted = Object.values(services).flatMap(({ volumes = [] }) =>
    volumes.flatMap((volume) => /^\.\/([^:]+):/.exec(volume)?.[1] ?? []),
  )
  expect(mounted.length).toBeGreaterThan(3)
  for (const path of mounted) expect(filesOf(path), path).not.toEqual([])
})

test('no process in a container gains rights', () => {
  for (const [name, { security_opt: options }] of Object.entries(services)) {
    expect(options, name).toContain('no-new-privileges:true')
  }
})

test('when the machine runs out of memory, an instance ends before Postgres and Redis', () => {
  const before = ({ oom_score_adj: adjustment = 0 } = services['postgres'] ?? {}) => adjustment
  for (const name of ['app', 'prometheus', 'grafana']) expect(before(services[name]), name).toBeGreaterThan(0)
  for (const name of ['postgres', 'redis']) expect(before(services[name]), name).toBe(0)
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
  const postgres = services['postgres']?.command ?? []
  expect(postgres).toContain(`-cshared_preload_libraries=${POSTGRES_PRELOADS.join(',')}`)
  for (const [name, value] of Object.entries(POSTGRES_REPORTS)) expect(postgres).toContain(`-c${name}=${value}`)
  expect(postgres).toContain('-cjit=off')
})
