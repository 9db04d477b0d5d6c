import { Counter, Registry } from 'prom-client'
import { ObservableCounter, ObservableGauge } from './observable-metrics.ts'

/** Metrics of Redis, by connection: "commands", "publisher", "subscriber" and, on the leader, "reader". */
export class RedisMetrics {
  readonly connected: ObservableGauge<'connection'>
  readonly reconnections: Counter<'connection'>
  readonly streamEntries: ObservableGauge
  readonly streamPositionSeconds: ObservableGauge
  readonly streamResets: Counter
  readonly publishesFailed: ObservableCounter

  constructor(registry = new Registry()) {
    const registers = [registry]
    this.connected = new ObservableGauge({
      ...{ registry, name: 'valiant_redis_connected', labelNames: ['connection'] },
      help: '1 while the connection is up.',
    })
    this.reconnections = new Counter({
      ...{ registers, name: 'valiant_redis_reconnections_total', labelNames: ['connection'] as const },
      help: 'How often a connection was restored after it was lost.',
    })
    this.streamEntries = new ObservableGauge({
      ...{ registry, name: 'valiant_redis_stream_entries' },
      help: 'Commands in the stream that are not yet committed and trimmed, as this instance last saw. At 20,000, new commands are refused.',
    })
    this.streamPositionSeconds = new ObservableGauge({
      ...{ registry, name: 'valiant_redis_stream_position_seconds' },
      help: 'When the last command that the leader read was sent, in seconds of Unix time by the clock of Redis.',
    })
    this.streamResets = new Counter({
      ...{ registers, name: 'valiant_redis_stream_resets_total' },
      help: 'How often the stream of commands was found to have gone back before the last command read.',
    })
    this.publishesFailed = new ObservableCounter({
      ...{ registry, name: 'valiant_redis_publishes_failed_total' },
      help: 'Messages (frames, answers, status) that could not be published.',
    })
  }
}
