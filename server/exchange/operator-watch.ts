import type { Logger } from 'pino'
import type { Queries } from '../database/database.ts'
import type { MarketStatus } from '../engine/command.ts'
import { type CorporateAction, CorporateActions } from '../journal/corporate-actions.ts'
import { marketStatuses } from '../journal/instruments.ts'
import { ScenarioRuns } from '../journal/scenario-runs.ts'
import { playable, type ScenarioRun } from '../simulator/scenarios.ts'
import type { Clock } from './clock.ts'

const LOOK_MS = 1_000

/** The operator's settings of the market. */
export interface OperatorSettings {
  readonly statuses: ReadonlyMap<string, MarketStatus>
  /** Symbols in which users' orders are canceled. */
  readonly cleared: ReadonlySet<string>
  /** Scheduled actions not applied yet, ordered by time. */
  readonly actions: readonly CorporateAction[]
  /** By symbol. */
  readonly scenarios: ReadonlyMap<string, ScenarioRun>
}

/** Reads once a second what operators have set; the loop picks it up when it is ready. */
export class OperatorWatch implements Disposable {
  readonly #queries: Queries
  readonly #clock: Clock
  readonly #log: Logger
  #settings: OperatorSettings
  #isClosed = false
  #cancel: () => void

  private constructor(parts: { queries: Queries; clock: Clock; log: Logger }, settings: OperatorSettings) {
    this.#queries = parts.queries
    this.#clock = parts.clock
    this.#log = parts.log
    this.#settings = settings
    this.#cancel = this.#clock.after(LOOK_MS, () => void this.#look())
  }

  /** Starts with the current settings. */
  static async open(parts: { queries: Queries; clock: Clock; log: Logger }): Promise<OperatorWatch> {
    return new OperatorWatch(parts, await readSettings(parts.queries))
  }

  /** As last read; an action that has just been applied may still be included. */
  get settings(): OperatorSettings {
    return this.#settings
  }

  [Symbol.dispose](): void {
    this.#isClosed = true
    this.#cancel()
  }

  async #look(): Promise<void> {
    try {
      this.#settings = await readSettings(this.#queries)
    } catch (error) {
      this.#log.warn({ err: error }, 'exchange: operator settings could not be read; retrying in a second')
    }
    if (!this.#isClosed) this.#cancel = this.#clock.after(LOOK_MS, () => void this.#look())
  }
}

async function readSettings(queries: Queries): Promise<OperatorSettings> {
  const [statuses, actions, played] = await Promise.all([
    marketStatuses(queries),
    new CorporateActions(queries).pending(),
    new ScenarioRuns(queries).list(),
  ])
  const all = [...statuses]
  return {
    statuses: new Map(all.map(([symbol, { status }]) => [symbol, status])),
    cleared: new Set(all.flatMap(([symbol, one]) => (one.status !== 'open' && one.cancelsOrders ? [symbol] : []))),
    actions,
    scenarios: playable(played),
  }
}
