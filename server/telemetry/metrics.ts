import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { ObservableGauge } from './observable-metrics.ts'
import { DatabaseMetrics } from './database-metrics.ts'
import { ExchangeMetrics } from './exchange-metrics.ts'
import { GatewayMetrics } from './gateway-metrics.ts'
import { MarketMetrics } from './market-metrics.ts'
import { RedisMetrics } from './redis-metrics.ts'

/** What the process says of itself on each reading. */
export interface Build {
  readonly version: string
  readonly role: string
}

/**
 * All metrics of one server. Made once and handed down, so that several servers in one process do not count together.
 * Whoever is given none counts into one that nobody reads.
 */
export class Metrics {
  readonly registry = new Registry()
  readonly ready = new ObservableGauge({
    ...{ registry: this.registry, name: 'valiant_ready' },
    help: '1 while /readyz says yes.',
  })
  readonly gateway = new GatewayMetrics(this.registry)
  readonly exchange = new ExchangeMetrics(this.registry)
  readonly market = new MarketMetrics(this.registry)
  readonly database = new DatabaseMetrics(this.registry)
  readonly redis = new RedisMetrics(this.registry)

  constructor(build: Build = { version: '', role: '' }) {
    new Gauge({
      ...{ name: 'valiant_build_info', labelNames: ['version', 'role'], registers: [this.registry] },
      help: '1, under the version and the ROLE of this instance.',
    }).set({ ...build }, 1)
  }

  /** Adds those of the process and of Node: they watch all the time, so only where somebody reads. */
  watchProcess(): void {
    collectDefaultMetrics({ register: this.registry })
  }
}

/** What is known of a metric beforehand. */
export interface MetricDescription {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary'
  readonly labelNames: readonly string[]
}

/** Every metric that a server exports, by name, those of the process and of Node among them. */
export function describedMetrics(): readonly MetricDescription[] {
  const metrics = new Metrics()
  metrics.watchProcess()
  const described = metrics.registry.getMetricsAsArray() as unknown as readonly MetricDescription[]
  return described
    .map(({ name, help, type, labelNames }) => ({ name, help, type, labelNames }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** The names of all metrics; those of a histogram's series end in _bucket, _sum and _count besides. */
export const metricNames = (): readonly string[] => describedMetrics().map(({ name }) => name)
