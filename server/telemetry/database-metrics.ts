import { Counter, Histogram, Registry } from 'prom-client'
import { ObservableGauge } from './observable-metrics.ts'

const QUERY_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Metrics of Postgres, by purpose of the connection: "commit", "lease", "queries", "auth". */
export class DatabaseMetrics {
  readonly connections: ObservableGauge<'pool' | 'state'>
  readonly queries: Counter<'pool'>
  readonly errors: Counter<'pool' | 'class'>
  readonly querySeconds: Histogram<'pool'>

  constructor(registry = new Registry()) {
    const registers = [registry]
    this.connections = new ObservableGauge({
      ...{ registry, name: 'valiant_database_connections', labelNames: ['pool', 'state'] },
      help: 'Connections of a pool: "total" (open) and "idle" (open and unused). "waiting" counts queries that wait for a connection.',
    })
    this.queries = new Counter({
      ...{ registers, name: 'valiant_database_queries_total', labelNames: ['pool'] as const },
      help: 'Statements sent, whether they succeeded or not.',
    })
    this.errors = new Counter({
      ...{ registers, name: 'valiant_database_errors_total', labelNames: ['pool', 'class'] as const },
      help: 'Statements that failed, by class of SQLSTATE (its first two characters), else "connection".',
    })
    this.querySeconds = new Histogram({
      ...{ registers, name: 'valiant_database_query_duration_seconds', labelNames: ['pool'] as const },
      ...{ buckets: QUERY_SECONDS, help: 'Time from sending a statement to its result.' },
    })
  }
}
