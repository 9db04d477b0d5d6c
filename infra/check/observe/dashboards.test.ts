import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { fileOf, filesOf } from '../files.ts'
import { knownMetrics, queryFaults } from './known-metrics.ts'

interface Source {
  readonly datasource: { readonly uid: string }
}
interface Panel extends Source {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly fieldConfig: { readonly defaults: { readonly unit?: string; readonly thresholds?: object } }
  readonly targets: readonly (Source & { readonly refId: string; readonly expr: string })[]
}
interface Dashboard {
  readonly uid: string
  readonly title: string
  readonly links: readonly { readonly url: string }[]
  readonly annotations: { readonly list: readonly (Source & { readonly name: string; readonly expr: string })[] }
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition: string }[] }
  readonly panels: readonly Panel[]
}

const GRAFANA = 'infra/observe/grafana'
/** What an operator takes in at a glance. */
const PANELS_MAX = 20
const known = knownMetrics()
const paths = filesOf(`${GRAFANA}/dashboards/*.json`)
const dashboardOf = (path: string) => JSON.parse(fileOf(path)) as Dashboard

const sources = (
  parse(fileOf(`${GRAFANA}/provisioning/datasources/prometheus.yml`)) as { datasources: readonly { uid: string }[] }
).datasources.map(({ uid }) => uid)

/** What is wrong with a dashboard, in sentences. */
function faultsOf({ uid, panels, annotations, templating, links }: Dashboard): string[] {
  const faults: string[] = []
  if (!/^[a-z-]{1,40}$/.test(uid)) faults.push('it has no uid to link to')
  if (panels.length > PANELS_MAX) faults.push('there is too much on it')
  if (!links.some(({ url }) => url.includes('docs/operations/alerts.md')))
    faults.push('it does not lead to the run book')
  for (const [at, panel] of panels.entries()) {
    faults.push(...panelFaults(panel).map((fault) => `panel "${panel.title}": ${fault}`))
    for (const other of panels.slice(at + 1)) {
      if (other.id === panel.id) faults.push(`panel "${panel.title}": its id is that of "${other.title}"`)
      if (overlap(panel.gridPos, other.gridPos)) faults.push(`panel "${panel.title}": it lies on "${other.title}"`)
    }
  }
  for (const { name, expr, datasource } of annotations.list) {
    if (!sources.includes(datasource.uid)) faults.push(`annotation "${name}": no such data source`)
    faults.push(...queryFaults(expr, known).map((fault) => `annotation "${name}": ${fault}`))
  }
  for (const { name, definition } of templating.list) {
    const [, metric = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(definition) ?? []
    faults.push(...queryFaults(`${metric}{${label}!=""}`, known).map((fault) => `variable "${name}": ${fault}`))
  }
  return faults
}

function panelFaults({ type, title, description = '', gridPos, fieldConfig, targets, datasource }: Panel): string[] {
  const { x, w, h } = gridPos
  const { unit, thresholds } = fieldConfig.defaults
  const refIds = targets.map(({ refId }) => refId)
  const faults: string[] = []
  if (title === '' || description === '') faults.push('what it shows is not said')
  if (x < 0 || x + w > 24 || w < 1 || h < 1) faults.push('it does not fit the page')
  if (unit === undefined) faults.push('it has no unit')
  if (type === 'stat' && thresholds === undefined) faults.push('when is it bad?')
  if (targets.length === 0) faults.push('it asks for nothing')
  if (new Set(refIds).size < refIds.length) faults.push('two queries of one name')
  if (![datasource, ...targets.map((each) => each.datasource)].every(({ uid }) => sources.includes(uid))) {
    faults.push('no such data source')
  }
  return [...faults, ...targets.flatMap(({ expr }) => queryFaults(expr, known))]
}

const overlap = (a: Panel['gridPos'], b: Panel['gridPos']): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h

test.each(paths)('%s shows what is exported, with units, and leads to the run book', (path) => {
  expect(faultsOf(dashboardOf(path))).toEqual([])
})

test.each([
  ['a metric that there is not', /valiant_exchange_leader/g, 'valiant_exchange_reader', /nothing exports/],
  ['a panel without a unit', /"unit": "s"/, '"units": "s"', /no unit/],
  ['a query that is none', /sum\(valiant_exchange_leader\)/, 'sum(valiant_exchange_leader', /not PromQL/],
  ['panels that lie on each other', /"x": 12/, '"x": 6', /lies on/],
  ['two panels of one id', /"id": 2,/, '"id": 1,', /its id is that of/],
  ['a data source that there is not', /"uid": "prometheus"/, '"uid": "influx"', /no such data source/],
  ['a run book that is nowhere', /docs\/operations/g, 'docs/manual', /run book/],
])('the check finds %s', (_fault, right, wrong, sentence) => {
  const text = fileOf(`${GRAFANA}/dashboards/market.json`)
  const broken = text.replace(right, wrong)
  expect(broken).not.toBe(text)
  expect(faultsOf(JSON.parse(broken) as Dashboard)).toContainEqual(expect.stringMatching(sentence))
})

test('dashboards are told apart, lead to each other, and one is the home page', () => {
  const dashboards = paths.map(dashboardOf)
  const uids = dashboards.map(({ uid }) => uid)
  expect(new Set(uids).size).toBe(uids.length)
  for (const { uid, links } of dashboards) {
    const targets = links.flatMap(({ url }) => /^\/d\/(.*)$/.exec(url)?.[1] ?? [])
    expect(targets.sort()).toEqual(uids.filter((each) => each !== uid).sort())
  }
  const [, home] = /HOME_DASHBOARD_PATH: \/dashboards\/(.*)$/m.exec(fileOf('docker-compose.yml')) ?? []
  expect(paths).toContain(`${GRAFANA}/dashboards/${home}`)
})

test('the timeline lays deployments, the lease and what befell the market over the metrics', () => {
  const { annotations } = dashboardOf(`${GRAFANA}/dashboards/timeline.json`)
  expect(annotations.list.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['Deploys', 'Starts', 'Lease', 'No leader', 'Degraded', 'Reopenings', 'Halts']),
  )
})
