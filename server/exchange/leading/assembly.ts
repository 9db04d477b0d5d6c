import { randomInt } from 'node:crypto'
import type { Answer } from '@valiant/shared/protocol/events'
import type { Broadcast } from '../../bus/broadcast.ts'
import type { CommandBus } from '../../bus/commands.ts'
import type { MarketFrame } from '../../feed/market-frame.ts'
import { maxTicksAfter } from '../../instruments.ts'
import type { Alerts } from '../../journal/alerts.ts'
import { CancelOnDisconnects } from '../../journal/cancel-on-disconnect.ts'
import { EquityCurves } from '../../journal/equity.ts'
import type { History } from '../../journal/history.ts'
import type { JournalState } from '../../journal/recovery.ts'
import type { ExchangeMetrics } from '../../telemetry/exchange-metrics.ts'
import type { AccountRates } from '../commands/account-rates.ts'
import type { AlertFirings } from '../alerts/alert-firings.ts'
import { AlertWatch } from '../alerts/alert-watch.ts'
import { BarWriter } from '../market/bar-writer.ts'
import { CommandProcessor, type PoisonCommands } from '../commands/command-processor.ts'
import { EquitySampler } from '../accounts/equity-sampler.ts'
import { EquityWriter } from '../accounts/equity-writer.ts'
import { IdleWatch } from '../accounts/idle-watch.ts'
import { PresenceWriter } from '../accounts/presence-writer.ts'
import { Intake } from '../commands/intake.ts'
import type { RecentAnswers } from '../commands/recent-answers.ts'
import type { KnownCommands } from '../commands/known-commands.ts'
import type { MarketPublisher } from '../market/market-publisher.ts'
import type { NewsWriter } from '../news/news-writer.ts'
import { OperatorWatch } from '../operator-watch.ts'
import { LiveMarket } from '../market/live-market.ts'
import { readLastBatch, recoverMarket, type RecoveredMarket, type RecoveryParts } from './recovered-market.ts'

export interface AssemblyParts extends RecoveryParts {
  readonly history: History
  readonly alerts: Alerts
  /** Outlives this market: fired alerts must be written, whatever happens to it. */
  readonly alertFirings: AlertFirings
  /** Outlives this market, as published news does. */
  readonly newsWriter: NewsWriter
  readonly bus: CommandBus
  readonly broadcast: Broadcast<MarketFrame>
  readonly publisher: MarketPublisher
  readonly accountRates: AccountRates
  /** Valid while this process has led without interruption. */
  readonly known: KnownCommands
  /** Refusals that did not use up an id, valid while this process has led without interruption. */
  readonly refusals: RecentAnswers<Answer>
  readonly poison: PoisonCommands
  readonly metrics: Pick<ExchangeMetrics, 'quantumSeconds'>
  /** Called when a command can be taken. */
  readonly arrived: () => void
  /** Called when a read for a command failed: the market must be reassembled. */
  readonly failed: (error: unknown) => void
  /** At which the recovery is logged. */
  readonly recoveredLevel: 'info' | 'debug'
}

/** A market in memory, ready to be led; it is disposed of at the end of the term. */
export interface AssembledMarket
  extends AsyncDisposable, Pick<RecoveredMarket, 'saved' | 'instruments' | 'catchUpMaxMs'> {
  readonly live: LiveMarket
  readonly processor: CommandProcessor
  readonly intake: Intake
  /** How often each symbol has been split. */
  readonly splits: ReadonlyMap<string, number>
  readonly lastBatch: number
  /** Writes the bars that are closed by now, so that disposal need not wait for them. */
  flushBars(): Promise<void>
}

/** Reads the state of the last batch and assembles the market from it. @throws when the database does not answer */
export async function assembleMarket(parts: AssemblyParts): Promise<AssembledMarket> {
  const { database, clock, log } = parts
  const startedAtMs = clock.now()
  const state = await readLastBatch(parts)
  await using opened = new AsyncDisposableStack()
  const operator = opened.use(await OperatorWatch.open({ queries: database.queries, clock, log }))
  const recovered = await recoverMarket(parts, state, operator.settings.statuses)
  const { engine, simulator, presence, instruments, resumedAtMs, saved, catchUpMaxMs } = recovered
  const { presenceWriter, barWriter, alertWatch, equity } = openFollowers(parts, { state, recovered, opened })
  const splits = countBySymbol(state.splits)
  const live = new LiveMarket({
    ...{ engine, simulator, presence, presenceWriter, equity, operator, splits, resumedAtMs, clock, log },
    epoch: parts.epoch,
    lastBatchMs: state.last.timeMs,
    instruments: new Map(instruments.map((instrument) => [instrument.spec.symbol, instrument])),
    broadcast: parts.broadcast,
    publisher: parts.publisher,
    metrics: parts.metrics,
    chargedDay: state.chargedDay,
    maxTicksAfter: (split) => maxTicksAfter(parts.instruments, [...state.splits, split]),
    onMarketFrame: (frame) => barWriter.add(frame),
    onTrades: (frame) => alertWatch.saw(frame),
    onNews: (item) => parts.newsWriter.add(item),
  })
  const { intake, processor } = openCommands(parts, live, state.last.streamPosition)
  opened.defer(() => intake.close())
  const { accounts, openOrders, last } = state
  log[parts.recoveredLevel](
    { batch: last.batch, accounts: accounts.length, openOrders: openOrders.length, ms: clock.now() - startedAtMs },
    'exchange: recovered',
  )
  const closing = opened.move()
  return {
    ...{ live, processor, intake, saved, instruments, splits, catchUpMaxMs },
    lastBatch: last.batch,
    flushBars: () => barWriter.flush(),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

/** Everything that follows the market and is written beside the journal: bars, alerts, equity and presence. */
function openFollowers(
  { database, bars, alerts, alertFirings, clock, log, failed }: AssemblyParts,
  { state, recovered, opened }: { state: JournalState; recovered: RecoveredMarket; opened: AsyncDisposableStack },
) {
  const { engine, instruments, saved, resumedAtMs } = recovered
  const { queries } = database
  const presenceWriter = opened.use(new PresenceWriter({ settings: new CancelOnDisconnects(queries), clock, log }))
  const span = { fromMs: saved === undefined ? resumedAtMs : state.last.timeMs, toMs: resumedAtMs }
  const barWriter = opened.use(new BarWriter({ bars, instruments, span, log, failed }))
  // After the history has been restated, because that also adjusts the prices of alerts.
  const alertWatch = opened.use(new AlertWatch({ alerts, firings: alertFirings, clock, log }))
  const curves = new EquityCurves(queries)
  const sampler = new EquitySampler(engine, state.positions, state.last.timeMs)
  opened.use(new IdleWatch({ curves, clock, log, found: (idle) => sampler.rest(idle) }))
  return { presenceWriter, barWriter, alertWatch, equity: { sampler, writer: new EquityWriter({ curves, log }) } }
}

/** Takes commands for the market from where the last batch left off. */
function openCommands(
  { bus, history, known, refusals, accountRates, poison, clock, arrived, failed }: AssemblyParts,
  live: LiveMarket,
  position: string,
) {
  known.recovered()
  const intake: Intake = new Intake({
    ...{ history, known, position, clock, arrived, failed },
    reader: bus.consume(position, arrived),
    isRemembered: (account, commandId) => processor.remembers(account, commandId),
    nowMs: () => bus.nowMs(),
  })
  const processor = new CommandProcessor({
    ...{ market: live, bus, history, intake, known, rates: accountRates, refusals, poison },
    draw: (from, end) => randomInt(from, end),
  })
  return { intake, processor }
}

function countBySymbol(splits: readonly { readonly symbol: string }[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { symbol } of splits) counts.set(symbol, (counts.get(symbol) ?? 0) + 1)
  return counts
}
