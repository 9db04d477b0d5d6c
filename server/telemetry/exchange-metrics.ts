import { Counter, Histogram, Registry } from 'prom-client'
import { ObservableCounter, ObservableGauge } from './observable-metrics.ts'
import { startAtZero } from './start-at-zero.ts'

/** Past 0.7 s a commit is slow, past 2 s it is cut off. */
const COMMIT_SECONDS = [0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.7, 1.5, 2]
/** A batch takes at most 256 commands; none where time alone has changed something. */
const BATCH_COMMANDS = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256]
/** A quantum is 50 ms of market time: one that takes longer cannot keep up. */
const QUANTUM_SECONDS = [0.00025, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5]

/** The single writer, and who stands by. What only a leader knows has no sample elsewhere. */
export class ExchangeMetrics {
  readonly leader: ObservableGauge
  readonly epoch: ObservableGauge
  readonly batch: ObservableGauge
  readonly leaseChanges: Counter<'change'>
  readonly recoveries: Counter<'cause'>
  readonly standbyLagBatches: ObservableGauge
  readonly standbyWarm: ObservableGauge
  readonly commits: Counter<'outcome'>
  readonly commitSeconds: Histogram
  readonly batchCommands: Histogram
  readonly commandsWaiting: ObservableGauge
  readonly inDoubtSeconds: ObservableCounter
  readonly degradedSeconds: ObservableCounter
  readonly marketStatus: ObservableGauge<'status'>
  readonly marketAgeSeconds: ObservableGauge
  readonly quantumSeconds: Histogram

  constructor(registry = new Registry()) {
    const registers = [registry]
    this.leader = new ObservableGauge({
      ...{ registry, name: 'valiant_exchange_leader' },
      help: '1 while this instance leads the market, 0 while it stands by.',
    })
    this.epoch = new ObservableGauge({
      ...{ registry, name: 'valiant_exchange_epoch' },
      help: 'Epoch of the lease that this instance holds; only while it leads.',
    })
    this.batch = new ObservableGauge({
      ...{ registry, name: 'valiant_exchange_batch' },
      help: 'Number of the last batch that the database has acknowledged to this instance, or that it has followed.',
    })
    this.leaseChanges = new Counter({
      ...{ registers, name: 'valiant_lease_changes_total', labelNames: ['change'] as const },
      help: 'What became of the lease here: "taken", "renewed_epoch" (kept, under the next epoch, after a fault or a split), "released", "lost" (another leads).',
    })
    this.recoveries = new Counter({
      ...{ registers, name: 'valiant_exchange_recoveries_total', labelNames: ['cause'] as const },
      help: 'Times the market in memory was given up and read again: "slow_commit", "fenced", "defect", "split", "fault" (database or network).',
    })
    this.standbyLagBatches = new ObservableGauge({
      ...{ registry, name: 'valiant_standby_lag_batches' },
      help: 'How many batches were new at the last look of a standby, which looks five times a second; more than a second of them: it does not keep up.',
    })
    this.standbyWarm = new ObservableGauge({
      ...{ registry, name: 'valiant_standby_warm' },
      help: '1 where a standby could lead at once, 0 while it is not ready to.',
    })
    this.commits = new Counter({
      ...{ registers, name: 'valiant_commits_total', labelNames: ['outcome'] as const },
      help: 'Batches that were sent to the database: "committed", "in_doubt" (the answer was lost), "refused" (a defect), "fenced" (another leads).',
    })
    this.commitSeconds = new Histogram({
      ...{ registers, name: 'valiant_commit_duration_seconds', buckets: COMMIT_SECONDS },
      help: 'From the sending of a batch to its answer, whatever it is.',
    })
    this.batchCommands = new Histogram({
      ...{ registers, name: 'valiant_batch_commands', buckets: BATCH_COMMANDS },
      help: 'Commands in a batch that was sent to the database.',
    })
    this.commandsWaiting = new ObservableGauge({
      ...{ registry, name: 'valiant_commands_waiting' },
      help: 'Commands that this leader has received and not taken up: those that are being read for, and those behind them.',
    })
    this.inDoubtSeconds = new ObservableCounter({
      ...{ registry, name: 'valiant_in_doubt_seconds_total' },
      help: 'For how long it was not known whether a batch had been written.',
    })
    this.degradedSeconds = new ObservableCounter({
      ...{ registry, name: 'valiant_degraded_seconds_total' },
      help: 'For how long this leader took no commands, take-overs and recoveries among it.',
    })
    this.marketStatus = new ObservableGauge({
      ...{ registry, name: 'valiant_market_status', labelNames: ['status'] },
      help: '1 for what this leader says of the market: "open" or "degraded"; halts of an instrument: valiant_symbol_halted.',
    })
    this.marketAgeSeconds = new ObservableGauge({
      ...{ registry, name: 'valiant_market_age_seconds' },
      help: 'How far the newest quantum of the market is behind the clock of this leader, while it runs one.',
    })
    this.quantumSeconds = new Histogram({
      ...{ registers, name: 'valiant_quantum_duration_seconds', buckets: QUANTUM_SECONDS },
      help: 'How long one quantum took: simulated participants, marks, what falls due, and the frame.',
    })
    startAtZero(this.leaseChanges, 'change', ['taken', 'renewed_epoch', 'released', 'lost'])
    startAtZero(this.recoveries, 'cause', ['slow_commit', 'fenced', 'defect', 'split', 'fault'])
    startAtZero(this.commits, 'outcome', ['committed', 'in_doubt', 'refused', 'fenced'])
  }
}
