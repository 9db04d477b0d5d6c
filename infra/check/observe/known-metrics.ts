import { parse } from 'yaml'
import { describedMetrics } from '../../../server/telemetry/metrics.ts'
import { fileOf } from '../files.ts'
import { readQuery } from './promql.ts'

/** Every known series with its labels. */
export type KnownMetrics = ReadonlyMap<string, readonly string[]>

/** Labels that Prometheus adds to every series. */
const OF_SCRAPES = ['instance', 'job']

/** Metrics of the server, and of other exporters as listed in infra/observe/exporter-metrics.yml. */
export function knownMetrics(): KnownMetrics {
  const known = new Map<string, readonly string[]>()
  for (const { name, type, labelNames } of describedMetrics()) {
    if (type === 'histogram') {
      known.set(`${name}_bucket`, [...labelNames, 'le'])
      known.set(`${name}_sum`, labelNames)
      known.set(`${name}_count`, labelNames)
    } else known.set(name, labelNames)
  }
  const exporters = parse(fileOf('infra/observe/exporter-metrics.yml')) as Record<string, Record<string, string[]>>
  for (const metrics of Object.values(exporters)) {
    for (const [name, labels] of Object.entries(metrics)) known.set(name, labels)
  }
  return known
}

/** Problems of a query: it is not PromQL, or uses a metric or label that nothing exports. */
export function queryFaults(text: string, known: KnownMetrics): string[] {
  const { selectors, grouped, faults } = readQuery(text)
  const found = [...faults]
  const there = new Set(OF_SCRAPES)
  for (const { metric, labels } of selectors) {
    const own = known.get(metric)
    if (own === undefined) found.push(`nothing exports ${metric}`)
    for (const label of own ?? []) there.add(label)
    const missing = labels.filter((label) => own?.includes(label) === false && !OF_SCRAPES.includes(label))
    found.push(...missing.map((label) => `${metric} has no label ${label}`))
  }
  const strange = grouped.filter((label) => selectors.length > 0 && !there.has(label))
  return [...found, ...strange.map((label) => `nothing in it has the label ${label}`)]
}

/** The metrics in a query. */
export const metricsOf = (text: string): string[] => readQuery(text).selectors.map(({ metric }) => metric)
