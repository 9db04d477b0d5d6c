import type { Logger } from 'pino'
import type { Queries } from '../database/database.ts'
import type { MarketStatus } from '../engine/command.ts'
import { type CorporateAction, CorporateActions } from '../journal/corporate-actions.ts'
import { marketStatuses } from '../journal/instruments.ts'
import { ScenarioRuns } from '../journal/scenario-runs.ts'
import { playable, type ScenarioRun } from '../simulator/scenarios.ts'
import type { Clock } from './clock.ts'

const LOOK_MS = 1_000

/** What the operator wants of the market. */
export interface OperatorWishes {
  readonly statuses: ReadonlyMap<string, MarketStatus>
  /** The symbols that no user's order is to stay in. */
  readonly cleared: ReadonlySet<string>
  /** Scheduled and not applied, in order of their time. */
  readonly actions: readonly CorporateAction[]
  /** By symbol. */
  readonly scenarios: ReadonlyMap<string, ScenarioRun>
}

/** Reads once a second what the operator has written; the loop takes it when it is ready for it. */
export class OperatorWatch implements Disposable {
  readonly #queries: Queries
  readonly #clock: Clock
  readonly #log: Logger
  #wishes: OperatorWishes
  #isClosed = false
  #cancel: () => void

  private constructor(parts: { queries: Queries; clock: Clock; log: Logger }, wishes: OperatorWishes) {
    this.#queries = parts.queries
    this.#clock = parts.clock
    this.#log = parts.log
    this.#wishes = wishes
    this.#cancel = this.#clock.after(LOOK_MS, () => void this.#look())
  }

  /** Begins with what stands there now. */
  static async open(parts: { queries: Queries; clock: Clock; log: Logger }): Promise<OperatorWatch> {
    return new OperatorWatch(parts, await readWishes(parts.queries))
  }

  /** As last read: an action that has just been applied may still stand in it. */
  get wishes(): OperatorWishes {
    return this.#wishes
  }

  [Symbol.dispose](): void {
    this.#isClosed = true
    this.#cancel()
  }

  async #look(): Promise<void> {
    try {
      this.#wishes = await readWishes(this.#queries)
    } catch (error) {
      this.#log.warn({ err: error }, 'exchange: what the operator wants could not be read; again in a second')
    }
    if (!this.#isClosed) this.#cancel = this.#clock.after(LOOK_MS, () => void this.#look())
  }
}

async function readWishes(queries: Queries): Promise<OperatorWishes> {
  const [wished, actions, played] = await Promise.all([
    marketStatuses(queries),
    new CorporateActions(queries).pending(),
    new ScenarioRuns(queries).list(),
  ])
  const all = [...wished]
  return {
    statuses: new Map(all.map(([symbol, { status }]) => [symbol, status])),
    cleared: new Set(all.flatMap(([symbol, one]) => (one.status !== 'open' && one.cancelsOrders ? [symbol] : []))),
    actions,
    scenarios: playable(played),
  }
}
