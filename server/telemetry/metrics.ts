import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { ObservableGauge } from './observable-metrics.ts'
import { DatabaseMetrics } from './database-metrics.ts'
import { ExchangeMetrics } from './exchange-metrics.ts'
import { GatewayMetrics } from './gateway-metrics.ts'
import { MarketMetrics } from './market-metrics.ts'
import { RedisMetrics } from './redis-metrics.ts'

/** Labels of `valiant_build_info`. */
interface Build {
  readonly version: string
  readonly role: string
}

/**
 * All metrics of one server. Created once and passed down, so that several servers in one process count separately. Parts
 * that get none create their own, which nobody reads.
 */
export class Metrics {
  readonly registry = new Registry()
  readonly ready = new ObservableGauge({
    ...{ registry: this.registry, name: 'valiant_ready' },
    help: '1 while /readyz answers 200.',
  })
  readonly gateway = new GatewayMetrics(this.registry)
  readonly exchange = new ExchangeMetrics(this.registry)
  readonly market = new MarketMetrics(this.registry)
  readonly database = new DatabaseMetrics(this.registry)
  readonly redis = new RedisMetrics(this.registry)

  constructor(build: Build = { version: '', role: '' }) {
    new Gauge({
      ...{ name: 'valiant_build_info', labelNames: ['version', 'role'], registers: [this.registry] },
      help: 'Always 1, labeled with the version and the ROLE of this instance.',
    }).set({ ...build }, 1)
  }

  /** Adds the metrics of the process and of Node. They observe continuously, so this is only for processes that serve metrics. */
  watchProcess(): void {
    collectDefaultMetrics({ register: this.registry })
  }
}

interface MetricDescription {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary'
  readonly labelNames: readonly string[]
}

/** Every metric that a server exports, sorted by name, including those of the process and of Node. */
export function describedMetrics(): readonly MetricDescription[] {
  const metrics = new Metrics()
  metrics.watchProcess()
  const described = metrics.registry.getMetricsAsArray() as unknown as readonly MetricDescription[]
  return described
    .map(({ name, help, type, labelNames }) => ({ name, help, type, labelNames }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** The names of all metrics, without the suffixes _bucket, _sum and _count of a histogram's series. */
export const metricNames = (): readonly string[] => describedMetrics().map(({ name }) => name)
