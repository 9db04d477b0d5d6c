import { setTimeout as delay } from 'node:timers/promises'
import { parse } from 'yaml'
import { fileOf, filesOf } from '../check/files.ts'
import { knownMetrics, metricsOf } from '../check/observe/known-metrics.ts'
import { alerts } from '../check/observe/rules.ts'
import { prometheusAt } from './prometheus.ts'

/**
 * Holds a Prometheus that runs to what infra/observe says of it: every target answers, every rule and every query of the
 * dashboards is taken, and what they ask of others than the server is really told by them.
 *
 *   node infra/rehearsal/watched.ts ADDRESS INSTANCES
 */

/** Instances are looked up each 5 s, and read each 10 s. */
const PATIENCE_MS = 120_000

interface Target {
  readonly labels: { readonly job: string; readonly instance: string }
  readonly health: string
  readonly lastError: string
}
interface Rule {
  readonly name: string
  readonly health: string
  readonly state: string
}

const [address = '', instances = '1'] = process.argv.slice(2)
const prometheus = prometheusAt(address)

/** @throws when some target does not answer in time */
async function targetsUp(): Promise<readonly Target[]> {
  const { scrape_configs: jobs } = parse(fileOf('infra/observe/prometheus/prometheus.yml')) as {
    scrape_configs: readonly object[]
  }
  const wanted = jobs.length - 1 + Number(instances)
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const targets = await prometheus.ask<{ activeTargets: readonly Target[] }>('/api/v1/targets?state=active').then(
      ({ activeTargets }) => activeTargets,
      () => [],
    )
    if (targets.length === wanted && targets.every(({ health }) => health === 'up')) return targets
    if (Date.now() > deadline) {
      const seen = targets.map(
        ({ labels, health, lastError }) => `${labels.job} ${labels.instance} ${health} ${lastError}`,
      )
      throw new Error(`expected ${wanted} targets that are up, found:\n${seen.join('\n')}`)
    }
    await delay(1_000)
  }
}

/** Every query of the dashboards, with what Grafana puts in. */
const dashboardQueries = (): string[] =>
  filesOf('infra/observe/grafana/dashboards/*.json').flatMap((path) =>
    [...fileOf(path).matchAll(/"expr": (".*"),?$/gm)].map(([, expr = '']) =>
      (JSON.parse(expr) as string).replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*'),
    ),
  )

/** A rate needs two readings of each. @throws when there are none in time */
async function readTwice(): Promise<void> {
  const rates = `count(rate(process_cpu_seconds_total{job="valiant"}[1m])) == ${instances}`
  const deadline = Date.now() + PATIENCE_MS
  while ((await prometheus.query(rates)).length === 0) {
    if (Date.now() > deadline) throw new Error(`expected rates of ${instances} instances, found fewer`)
    await delay(1_000)
  }
}

for (const { labels, health } of await targetsUp()) console.log(`target ${labels.job} ${labels.instance} ${health}`)
await readTwice()

const { groups } = await prometheus.ask<{ groups: readonly { rules: readonly Rule[] }[] }>('/api/v1/rules')
const rules = groups.flatMap(({ rules: each }) => each)
const firing = rules.filter(({ state }) => state === 'firing').map(({ name }) => name)
console.log(`rules: ${rules.length}, firing: ${firing.join(' ') || 'none'}`)

const ofDashboards = dashboardQueries()
const ofAlerts = alerts().map(({ expr }) => expr)
const empty: string[] = []
for (const expr of ofDashboards) if ((await prometheus.query(expr)).length === 0) empty.push(expr)
for (const expr of ofAlerts) await prometheus.query(expr)
console.log(`queries of dashboards: ${ofDashboards.length}, each answered; with nothing to draw so far:`)
for (const expr of new Set(empty)) console.log(`  ${expr}`)
console.log(`queries of alerts: ${ofAlerts.length}, each answered`)

const named = [...new Set([...ofDashboards, ...ofAlerts].flatMap(metricsOf))].filter((name) => name !== 'ALERTS')
const silent: string[] = []
for (const name of named) if ((await prometheus.query(`count(${name})`)).length === 0) silent.push(name)
console.log(`metrics they name: ${named.length}; without a sample so far: ${silent.join(' ') || 'none'}`)

const known = knownMetrics()
const wrong = [
  ...rules.filter(({ health }) => health === 'err').map(({ name }) => `the rule ${name} fails`),
  ...silent.filter((name) => !name.startsWith('valiant_')).map((name) => `nobody exports ${name}`),
  ...named.filter((name) => !known.has(name)).map((name) => `${name} is unknown`),
]
for (const [label, expr] of [
  ['version', 'count by (version) (valiant_build_info)'],
  ['outcome', 'sum by (outcome) (valiant_orders_total)'],
  ['mountpoint', 'node_filesystem_avail_bytes{mountpoint="/"}'],
] as const) {
  const samples = await prometheus.query(expr)
  console.log(`${expr}: ${samples.map(({ metric, value }) => `${metric[label]} ${value[1]}`).join(', ')}`)
  if (samples.length === 0) wrong.push(`${expr}: nothing`)
}
for (const sentence of wrong) console.error(sentence)
if (wrong.length > 0) process.exitCode = 1
