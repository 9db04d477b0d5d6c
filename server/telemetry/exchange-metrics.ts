import { Counter, Histogram, Registry } from 'prom-client'
import { ObservableCounter, ObservableGauge } from './observable-metrics.ts'
import { startAtZero } from './start-at-zero.ts'

/** A commit is slow after 0.7 s and canceled after 2 s. */
const COMMIT_SECONDS = [0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.7, 1.5, 2]
/** A batch has at most 256 commands, and none when only the passing of time changed something. */
const BATCH_COMMANDS = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256]
/** A quantum is 50 ms of market time: an exchange that needs longer for one falls behind. */
const QUANTUM_SECONDS = [0.00025, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5]

/** Metrics of the leader and of standbys. Metrics that only a leader knows have no sample on other instances. */
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
      help: '1 while this instance is the leader, 0 while it is a standby.',
    })
    this.epoch = new ObservableGauge({
      ...{ registry, name: 'valiant_exchange_epoch' },
      help: 'Epoch of the lease that this instance holds. Only the leader has it.',
    })
    this.batch = new ObservableGauge({
      ...{ registry, name: 'valiant_exchange_batch' },
      help: 'Number of the last batch that this instance committed (leader) or read (standby).',
    })
    this.leaseChanges = new Counter({
      ...{ registers, name: 'valiant_lease_changes_total', labelNames: ['change'] as const },
      help: 'Changes of the lease on this instance: "taken", "renewed_epoch" (kept under a new epoch after a fault or a split), "released", "lost" (another instance leads).',
    })
    this.recoveries = new Counter({
      ...{ registers, name: 'valiant_exchange_recoveries_total', labelNames: ['cause'] as const },
      help: 'How often the market in memory was discarded and loaded again from the database, by cause: "slow_commit", "fenced", "defect", "split", "fault" (database or network).',
    })
    this.standbyLagBatches = new ObservableGauge({
      ...{ registry, name: 'valiant_standby_lag_batches' },
      help: 'New batches that the standby found at its last poll (five per second). If this stays above the batches of one second, the standby does not keep up.',
    })
    this.standbyWarm = new ObservableGauge({
      ...{ registry, name: 'valiant_standby_warm' },
      help: '1 if the standby could take over at once, 0 while it is still loading.',
    })
    this.commits = new Counter({
      ...{ registers, name: 'valiant_commits_total', labelNames: ['outcome'] as const },
      help: 'Batches sent to the database, by outcome: "committed", "in_doubt" (the answer was lost), "refused" (a defect), "fenced" (another instance leads).',
    })
    this.commitSeconds = new Histogram({
      ...{ registers, name: 'valiant_commit_duration_seconds', buckets: COMMIT_SECONDS },
      help: 'Time from sending a batch to the answer, whatever the outcome.',
    })
    this.batchCommands = new Histogram({
      ...{ registers, name: 'valiant_batch_commands', buckets: BATCH_COMMANDS },
      help: 'Commands per batch sent to the database.',
    })
    this.commandsWaiting = new ObservableGauge({
      ...{ registry, name: 'valiant_commands_waiting' },
      help: 'Commands that this leader has received and not yet executed, including those whose accounts are still being read from the database.',
    })
    this.inDoubtSeconds = new ObservableCounter({
      ...{ registry, name: 'valiant_in_doubt_seconds_total' },
      help: 'Total time during which the outcome of a commit was unknown.',
    })
    this.degradedSeconds = new ObservableCounter({
      ...{ registry, name: 'valiant_degraded_seconds_total' },
      help: 'Total time during which this leader accepted no commands, including takeovers and recoveries.',
    })
    this.marketStatus = new ObservableGauge({
      ...{ registry, name: 'valiant_market_status', labelNames: ['status'] },
      help: '1 for the market status that this leader announces: "open" or "degraded". For halts of an instrument see valiant_symbol_halted.',
    })
    this.marketAgeSeconds = new ObservableGauge({
      ...{ registry, name: 'valiant_market_age_seconds' },
      help: 'How far the newest quantum of the market is behind the clock of this leader.',
    })
    this.quantumSeconds = new Histogram({
      ...{ registers, name: 'valiant_quantum_duration_seconds', buckets: QUANTUM_SECONDS },
      help: 'Time to process one quantum: simulated participants, mark prices, due timers and the market frame.',
    })
    startAtZero(this.leaseChanges, 'change', ['taken', 'renewed_epoch', 'released', 'lost'])
    startAtZero(this.recoveries, 'cause', ['slow_commit', 'fenced', 'defect', 'split', 'fault'])
    startAtZero(this.commits, 'outcome', ['committed', 'in_doubt', 'refused', 'fenced'])
  }
}
