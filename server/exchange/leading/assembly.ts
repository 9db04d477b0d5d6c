import { randomInt } from 'node:crypto'
import type { Answer } from '@valiant/shared/protocol/events'
import type { Logger } from 'pino'
import type { Broadcast } from '../../bus/broadcast.ts'
import type { CommandBus } from '../../bus/commands.ts'
import type { Database, Queries } from '../../database/database.ts'
import { FIRST_USER_ACCOUNT } from '../../engine/command.ts'
import type { MarketFrame } from '../../feed/market-frame.ts'
import { afterSplits, maxTicksAfter, type ListedInstrument } from '../../instruments.ts'
import type { Alerts } from '../../journal/alerts.ts'
import type { Bars } from '../../journal/bars.ts'
import { CancelOnDisconnects } from '../../journal/cancel-on-disconnect.ts'
import { CorporateActions } from '../../journal/corporate-actions.ts'
import { EquityCurves } from '../../journal/equity.ts'
import type { History } from '../../journal/history.ts'
import type { News } from '../../journal/news.ts'
import type { JournalState } from '../../journal/recovery.ts'
import { CATCH_UP_MAX_MS, Simulator } from '../../simulator/simulator.ts'
import type { SimulatorState } from '../../simulator/state.ts'
import type { ExchangeMetrics } from '../../telemetry/exchange-metrics.ts'
import type { AccountRates } from '../commands/account-rates.ts'
import type { AlertFirings } from '../alerts/alert-firings.ts'
import { AlertWatch } from '../alerts/alert-watch.ts'
import { BarWriter } from '../market/bar-writer.ts'
import type { Clock } from '../clock.ts'
import { CommandProcessor, type PoisonCommands } from '../commands/command-processor.ts'
import { EquitySampler } from '../accounts/equity-sampler.ts'
import { EquityWriter } from '../accounts/equity-writer.ts'
import { IdleWatch } from '../accounts/idle-watch.ts'
import { Presence } from '../accounts/presence.ts'
import { PresenceWriter } from '../accounts/presence-writer.ts'
import { FIRST_CATCH_UP_MS, makeFirstHistory } from '../market/first-history.ts'
import { Intake } from '../commands/intake.ts'
import type { RecentAnswers } from '../commands/recent-answers.ts'
import type { KnownCommands } from '../commands/known-commands.ts'
import type { MarketPublisher } from '../market/market-publisher.ts'
import type { NewsWriter } from '../news/news-writer.ts'
import { OperatorWatch } from '../operator-watch.ts'
import { recoverEngine } from './recovery.ts'
import { readSavedMarket, type SavedMarket } from '../market/saved-market.ts'
import { toSimulated } from '../market/simulated.ts'
import { LiveMarket } from '../market/live-market.ts'

export interface AssemblyParts {
  readonly database: Database
  readonly history: History
  readonly bars: Bars
  readonly alerts: Alerts
  /** Outlives this market: fired alerts must be written, whatever happens to it. */
  readonly alertFirings: AlertFirings
  readonly news: News
  /** Outlives this market, as published news does. */
  readonly newsWriter: NewsWriter
  readonly bus: CommandBus
  readonly broadcast: Broadcast<MarketFrame>
  readonly publisher: MarketPublisher
  readonly instruments: readonly ListedInstrument[]
  readonly epoch: number
  /** Reads the state of the last batch. */
  readonly readState: () => Promise<JournalState>
  /** Prepares the journal's session, so that the first batch need not wait for it. */
  readonly ready: () => Promise<void>
  readonly seed: number
  readonly historyDays: number
  readonly liveness: number
  readonly accountRates: AccountRates
  /** Valid while this process has led without interruption. */
  readonly known: KnownCommands
  /** Refusals that did not use up an id, valid while this process has led without interruption. */
  readonly refusals: RecentAnswers<Answer>
  readonly maxOpenOrdersPerInstrument: number
  readonly poison: PoisonCommands
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Pick<ExchangeMetrics, 'quantumSeconds'>
  /** Interrupts what takes long: reading a large state, or generating a first history. */
  readonly signal: AbortSignal
  /** Called when a command can be taken. */
  readonly arrived: () => void
  /** Called when a read for a command failed: the market must be reassembled. */
  readonly failed: (error: unknown) => void
  /** The state of the indicative market, from which this market reopens; undefined if there was none. */
  readonly reopening: () => SimulatorState | undefined
}

/** A market in memory, ready to be led; it is disposed of at the end of the term. */
export interface AssembledMarket extends AsyncDisposable {
  readonly live: LiveMarket
  readonly processor: CommandProcessor
  readonly intake: Intake
  /** The saved market from which it was assembled; undefined for a new market. */
  readonly saved: SavedMarket | undefined
  /** After their splits. */
  readonly instruments: readonly ListedInstrument[]
  /** How often each symbol has been split. */
  readonly splits: ReadonlyMap<string, number>
  /** How far behind the clock it may be and still run through the gap. */
  readonly catchUpMaxMs: number
  readonly lastBatch: number
  /** Writes the bars that are closed by now, so that disposal need not wait for them. */
  flushBars(): Promise<void>
}

/** Reads the state of the last batch and assembles the market from it. @throws when the database does not answer */
export async function assembleMarket(parts: AssemblyParts): Promise<AssembledMarket> {
  const { database, history, bars, alerts, bus, broadcast, epoch, clock, log, maxOpenOrdersPerInstrument } = parts
  const startedAtMs = clock.now()
  const [state] = await Promise.all([
    unlessAborted(parts.signal, parts.readState()),
    parts.ready(),
    restateHistory(database.queries, log),
  ])
  const instruments = afterSplits(parts.instruments, state.splits)
  await using opened = new AsyncDisposableStack()
  const operator = opened.use(await OperatorWatch.open({ queries: database.queries, clock, log }))
  const { statuses } = operator.wishes
  const committed = state.simulator === undefined ? undefined : readSavedMarket(state.simulator)
  // Read last, so that prices continue from what is shown. Marks and last trades stay, because nobody has traded since.
  const saved = committed && { ...committed, ...parts.reopening() }
  const { simulator, catchUpMaxMs } = await simulatorOf(saved, { ...parts, instruments })
  const engine = recoverEngine({ state, epoch, instruments, simulator, saved, statuses, maxOpenOrdersPerInstrument })
  const presence = new Presence()
  // Market time may be ahead of this clock, by which a grace period would already be over.
  const marketMs = Math.max(clock.now(), state.last.timeMs)
  for (const wish of state.cancelOnDisconnects) presence.restore(wish, marketMs)
  const presenceWriter = opened.use(
    new PresenceWriter({ wishes: new CancelOnDisconnects(database.queries), clock, log }),
  )
  // Nobody could renew the switches meanwhile.
  engine.postponeDeadMen(marketMs - state.last.timeMs)
  const splits = countBySymbol(state.splits)
  const span = { fromMs: saved === undefined ? marketMs : state.last.timeMs, toMs: marketMs }
  const barWriter = opened.use(new BarWriter({ bars, instruments, span, log, failed: parts.failed }))
  // After the history, because the prices of alerts are adjusted with it.
  const alertWatch = opened.use(new AlertWatch({ alerts, firings: parts.alertFirings, clock, log }))
  const curves = new EquityCurves(database.queries)
  const sampler = new EquitySampler(engine, state.positions, state.last.timeMs)
  opened.use(new IdleWatch({ curves, clock, log, found: (idle) => sampler.rest(idle) }))
  const live = new LiveMarket({
    epoch,
    lastBatchMs: state.last.timeMs,
    engine,
    simulator,
    instruments: new Map(instruments.map((instrument) => [instrument.spec.symbol, instrument])),
    bus,
    broadcast,
    publisher: parts.publisher,
    history,
    clock,
    log,
    metrics: parts.metrics,
    operator,
    chargedDay: state.chargedDay,
    splits,
    maxTicksAfter: (split) => maxTicksAfter(parts.instruments, [...state.splits, split]),
    presence,
    resumedAtMs: marketMs,
    presenceWriter,
    equity: { sampler, writer: new EquityWriter({ curves, log }) },
    onMarketFrame: (frame) => barWriter.add(frame),
    onTrades: (frame) => alertWatch.saw(frame),
    onNews: (item) => parts.newsWriter.add(item),
  })
  const { known } = parts
  known.recovered()
  const position = state.last.streamPosition
  const intake: Intake = new Intake({
    reader: bus.consume(position, parts.arrived),
    history,
    known,
    isRemembered: (account, commandId) => processor.remembers(account, commandId),
    position,
    nowMs: () => bus.nowMs(),
    clock,
    arrived: parts.arrived,
    failed: parts.failed,
  })
  const processor = new CommandProcessor({
    market: live,
    bus,
    intake,
    known,
    rates: parts.accountRates,
    refusals: parts.refusals,
    poison: parts.poison,
    drawAccount: () => randomInt(FIRST_USER_ACCOUNT, 2 ** 31),
  })
  opened.defer(() => intake.close())
  const { accounts, openOrders, last } = state
  log.info(
    { batch: last.batch, accounts: accounts.length, openOrders: openOrders.length, ms: clock.now() - startedAtMs },
    'exchange: recovered',
  )
  const closing = opened.move()
  return {
    live,
    processor,
    intake,
    saved,
    instruments,
    splits,
    catchUpMaxMs,
    lastBatch: last.batch,
    flushBars: () => barWriter.flush(),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
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

/** Adjusts bars after splits that the previous market applied without getting to this. */
async function restateHistory(queries: Queries, log: Logger): Promise<void> {
  const actions = new CorporateActions(queries)
  for (const { id, symbol } of await actions.unrestated()) {
    await actions.restate(id)
    log.info({ symbol, action: id }, 'exchange: the history of prices is restated after a split')
  }
}

function countBySymbol(splits: readonly { readonly symbol: string }[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { symbol } of splits) counts.set(symbol, (counts.get(symbol) ?? 0) + 1)
  return counts
}

async function simulatorOf(
  saved: SavedMarket | undefined,
  { instruments, bars, news, clock, seed, historyDays, liveness, log, signal }: AssemblyParts,
): Promise<{ simulator: Simulator; catchUpMaxMs: number }> {
  if (saved !== undefined) {
    const simulator = Simulator.restore(saved, instruments.map(toSimulated), { liveness })
    return { simulator, catchUpMaxMs: CATCH_UP_MAX_MS }
  }
  log.info(`history: making ${historyDays} days of it, once`)
  const history = { instruments, bars, news, seed, historyDays, liveness, nowMs: clock.now(), log, signal }
  return { simulator: await makeFirstHistory(history), catchUpMaxMs: FIRST_CATCH_UP_MS }
}
