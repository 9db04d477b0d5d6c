import type { Logger } from 'pino'
import type { Database, Queries } from '../../database/database.ts'
import type { MarketStatus } from '../../engine/command.ts'
import type { Engine } from '../../engine/engine.ts'
import { afterSplits, type ListedInstrument } from '../../instruments.ts'
import type { Bars } from '../../journal/bars.ts'
import { CorporateActions } from '../../journal/corporate-actions.ts'
import type { News } from '../../journal/news.ts'
import type { JournalState } from '../../journal/recovery.ts'
import { CATCH_UP_MAX_MS, Simulator } from '../../simulator/simulator.ts'
import type { SimulatorState } from '../../simulator/state.ts'
import { Presence } from '../accounts/presence.ts'
import type { Clock } from '../clock.ts'
import { FIRST_CATCH_UP_MS, makeFirstHistory } from '../market/first-history.ts'
import { readSavedMarket, type SavedMarket } from '../market/saved-market.ts'
import { toSimulated } from '../market/simulated.ts'
import type { Lease } from './lease.ts'
import { recoverEngine } from './recovery.ts'

export interface RecoveryParts {
  readonly database: Database
  readonly bars: Bars
  readonly news: News
  readonly instruments: readonly ListedInstrument[]
  readonly epoch: number
  /** Reads the state of the last batch. */
  readonly readState: () => Promise<JournalState>
  /** Prepares the journal's session, so that the first batch need not wait for it. */
  readonly ready: () => Promise<void>
  readonly seed: number
  readonly historyDays: number
  readonly liveness: number
  readonly maxOpenOrdersPerInstrument: number
  readonly clock: Clock
  readonly log: Logger
  /** Interrupts what takes long: reading a large state, or generating a first history. */
  readonly signal: AbortSignal
  /** Makes the first history while no other process can begin another. */
  readonly linger: Lease['linger']
  /** The state of the indicative market, from which this market reopens; undefined if there was none. */
  readonly reopening: () => SimulatorState | undefined
}

/** The market as of the last batch, ready to run on. */
export interface RecoveredMarket {
  readonly engine: Engine
  readonly simulator: Simulator
  readonly presence: Presence
  /** The saved market from which it was recovered; undefined for a new market. */
  readonly saved: SavedMarket | undefined
  /** After their splits. */
  readonly instruments: readonly ListedInstrument[]
  /** How far behind the clock it may be and still run through the gap. */
  readonly catchUpMaxMs: number
  /** Market time at which it resumes; presence and dead man's switches have been postponed up to here. */
  readonly resumedAtMs: number
}

/** The state of the last batch, with everything else in the database ready for it. */
export async function readLastBatch(parts: RecoveryParts): Promise<JournalState> {
  const [state] = await Promise.all([
    unlessAborted(parts.signal, parts.readState()),
    parts.ready(),
    restateHistory(parts.database.queries, parts.log),
  ])
  return state
}

export async function recoverMarket(
  parts: RecoveryParts,
  state: JournalState,
  statuses: ReadonlyMap<string, MarketStatus>,
): Promise<RecoveredMarket> {
  const { epoch, clock, maxOpenOrdersPerInstrument } = parts
  const instruments = afterSplits(parts.instruments, state.splits)
  const committed = state.simulator === undefined ? undefined : readSavedMarket(state.simulator)
  // Read last, so that prices continue from what is shown. Marks and last trades stay, because nobody has traded since.
  const saved = committed && { ...committed, ...parts.reopening() }
  const { simulator, catchUpMaxMs } = await simulatorOf(saved, { ...parts, instruments })
  const engine = recoverEngine({ state, epoch, instruments, simulator, saved, statuses, maxOpenOrdersPerInstrument })
  // Market time may be ahead of this clock, by which a grace period would already be over.
  const resumedAtMs = Math.max(clock.now(), state.last.timeMs)
  const presence = new Presence()
  for (const setting of state.cancelOnDisconnects) presence.restore(setting, resumedAtMs)
  // Nobody could renew the switches meanwhile.
  engine.postponeDeadMen(resumedAtMs - state.last.timeMs)
  return { engine, simulator, presence, saved, instruments, catchUpMaxMs, resumedAtMs }
}

async function simulatorOf(
  saved: SavedMarket | undefined,
  { instruments, bars, news, clock, seed, historyDays, liveness, log, signal, linger }: RecoveryParts,
): Promise<Pick<RecoveredMarket, 'simulator' | 'catchUpMaxMs'>> {
  if (saved !== undefined) {
    const simulator = Simulator.restore(saved, instruments.map(toSimulated), { liveness })
    return { simulator, catchUpMaxMs: CATCH_UP_MAX_MS }
  }
  const simulator = await linger(() => {
    log.info(`history: making ${historyDays} days of it, once`)
    return makeFirstHistory({ instruments, bars, news, seed, historyDays, liveness, clock, log, signal })
  })
  return { simulator, catchUpMaxMs: FIRST_CATCH_UP_MS }
}

/** Adjusts bars after splits that the previous market applied without getting to this. */
async function restateHistory(queries: Queries, log: Logger): Promise<void> {
  const actions = new CorporateActions(queries)
  for (const { id, symbol } of await actions.unrestated()) {
    await actions.restate(id)
    log.info({ symbol, action: id }, 'exchange: the history of prices is restated after a split')
  }
}

/** @throws the signal's reason as soon as it is aborted */
async function unlessAborted<Value>(signal: AbortSignal, work: Promise<Value>): Promise<Value> {
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason as Error)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  work.catch(() => undefined) // nobody waits for it once the race is over
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
