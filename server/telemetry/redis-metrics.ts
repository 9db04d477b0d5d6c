import { Counter, Registry } from 'prom-client'
import { ObservableCounter, ObservableGauge } from './observable-metrics.ts'

/** Redis, by connection: "commands", "publisher", "subscriber", and of who leads "reader". */
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
      help: '1 where the connection is up.',
    })
    this.reconnections = new Counter({
      ...{ registers, name: 'valiant_redis_reconnections_total', labelNames: ['connection'] as const },
      help: 'Times a connection came up again after it was lost.',
    })
    this.streamEntries = new ObservableGauge({
      ...{ registry, name: 'valiant_redis_stream_entries' },
      help: 'Commands in the stream that are not committed and trimmed yet, as this instance last saw; beyond 20,000 they are refused.',
    })
    this.streamPositionSeconds = new ObservableGauge({
      ...{ registry, name: 'valiant_redis_stream_position_seconds' },
      help: 'When the command was sent that the leader has read last, in seconds of Unix time by the clock of Redis.',
    })
    this.streamResets = new Counter({
      ...{ registers, name: 'valiant_redis_stream_resets_total' },
      help: 'Times the stream of commands was found to have gone back behind what had been read of it.',
    })
    this.publishesFailed = new ObservableCounter({
      ...{ registry, name: 'valiant_redis_publishes_failed_total' },
      help: 'Messages (frames, answers, status) that did not get out.',
    })
  }
}
