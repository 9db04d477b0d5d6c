import type { Logger } from 'pino'
import type { Broadcast } from '../../bus/broadcast.ts'
import { EncodedFrame } from '../../bus/encoded-frame.ts'
import type { HoldConnectionRequest } from '../../bus/exchange-request.ts'
import { type AccountNumber, FIRST_USER_ACCOUNT } from '../../engine/command.ts'
import type { Engine } from '../../engine/engine.ts'
import type { MarketFrame } from '../../feed/market-frame.ts'
import type { ListedInstrument } from '../../instruments.ts'
import type { EquitySample } from '../../journal/equity.ts'
import type { NewsItem } from '../../journal/news.ts'
import type { Simulator } from '../../simulator/simulator.ts'
import { CATCH_UP_MAX_MS, QUANTUM_MS } from '../../simulator/simulator.ts'
import type { ExchangeMetrics } from '../../telemetry/exchange-metrics.ts'
import { AbandonedOrders, type AbandonedOrdersParts } from '../accounts/abandoned-orders.ts'
import { AccountFrames } from '../accounts/account-frames.ts'
import { Calendar, type CalendarParts } from './calendar.ts'
import type { Clock } from '../clock.ts'
import type { EquitySampler } from '../accounts/equity-sampler.ts'
import type { EquityWriter } from '../accounts/equity-writer.ts'
import { ReplayBuffer } from '../accounts/replay-buffer.ts'
import { CommittedFrames, type CommittedFramesParts } from './committed-frames.ts'
import { MarketFrames } from './market-frames.ts'
import { MarketPace } from './market-pace.ts'
import type { UnnumberedFrame } from './market-publisher.ts'
import { NewsDesk } from '../news/news-desk.ts'
import { OpenBatch } from '../leading/open-batch.ts'
import { Operations } from '../operations/operations.ts'
import type { OperatorWatch } from '../operator-watch.ts'
import { type SavedMarket, saveMarket } from './saved-market.ts'
import { takenFromHouse } from './taken-from-house.ts'

interface LiveMarketParts extends CommittedFramesParts, AbandonedOrdersParts, CalendarParts {
  /** Market time of the last batch; the simulator was saved earlier. */
  readonly lastBatchMs: number
  readonly engine: Engine
  readonly simulator: Simulator
  readonly instruments: ReadonlyMap<string, ListedInstrument>
  readonly broadcast: Broadcast<MarketFrame>
  readonly log: Logger
  readonly metrics: Pick<ExchangeMetrics, 'quantumSeconds'>
  readonly operator: Pick<OperatorWatch, 'settings'>
  /** How often each symbol has been split. */
  readonly splits: ReadonlyMap<string, number>
  /** Market time at which this market resumes; presence and dead man's switches have been postponed up to here. */
  readonly resumedAtMs: number
  readonly equity: { readonly sampler: EquitySampler; readonly writer: EquityWriter }
  /** Called with published news, to store it. */
  readonly onNews: (item: NewsItem) => void
}

/** How many quanta run in a row before commands get their turn. */
const QUANTA_A_TURN_MAX = 40
/** A larger step of the clock is logged; time servers make smaller ones every day. */
const AHEAD_LOGGED_MS = 1_000
/** How often a snapshot is stored, in market time. */
const SNAPSHOT_MS = 1_000

/**
 * The market in memory from one recovery to the next: engine, simulator, and the batch being filled. Everything it
 * publishes leaves when its batch is released.
 */
export class LiveMarket {
  readonly epoch: number
  readonly engine: Engine
  readonly simulator: Simulator
  readonly frames: AccountFrames
  readonly operations: Operations
  readonly news: NewsDesk
  readonly clock: Clock
  readonly log: Logger
  /** No commands are taken. Nobody can renew a dead man's switch or report a connection, so both are paused. */
  isDegraded = false
  #open = new OpenBatch()
  readonly #parts: LiveMarketParts
  readonly #sent = new ReplayBuffer()
  readonly #marketFrames: MarketFrames
  readonly #committed: CommittedFrames
  readonly #abandoned: AbandonedOrders
  readonly #calendar: Calendar
  #timeMs: number
  #advancedAtMs: number
  /** Market time up to which `#postpone` has made up for a market that took no commands. */
  #postponedToMs: number
  readonly #pace: MarketPace
  #isSlowed = false
  #snapshotAtMs = 0
  #haltMessage: string | undefined
  /** Between the last batch and the first quantum, and after a jump of time. */
  #hasStoodStill = true

  constructor(parts: LiveMarketParts) {
    this.#parts = parts
    this.epoch = parts.epoch
    this.engine = parts.engine
    this.simulator = parts.simulator
    this.clock = parts.clock
    this.log = parts.log
    this.frames = new AccountFrames(parts.engine, parts.instruments)
    this.#marketFrames = new MarketFrames(parts)
    this.#committed = new CommittedFrames(parts)
    this.#abandoned = new AbandonedOrders(parts)
    this.operations = new Operations(parts.engine, this.frames)
    this.news = new NewsDesk(parts)
    this.#calendar = new Calendar(this, parts)
    this.#timeMs = Math.max(parts.lastBatchMs, parts.simulator.nowMs)
    this.#advancedAtMs = parts.clock.now()
    this.#postponedToMs = parts.resumedAtMs
    this.#pace = new MarketPace({ wallMs: this.#advancedAtMs, marketMs: this.#timeMs })
    this.#haltMessage = haltMessageOf(parts.engine)
    const first = this.#marketFrames.full(this.#timeMs)
    this.#committed.publish(first, this.open)
    this.#keepSnapshot(first)
  }

  /** The batch being filled. */
  get open(): OpenBatch {
    return this.#open
  }

  /** The open batch has been sealed; a new one begins. */
  beginBatch(): void {
    this.#open = new OpenBatch()
  }

  /** Market time, which never goes back, even if the clock does. */
  get timeMs(): number {
    return this.#timeMs
  }

  /** Wall time in ms until the next quantum is due. */
  get untilQuantumMs(): number {
    return this.#pace.untilMs(this.simulator.nowMs + QUANTUM_MS, this.clock.now())
  }

  /** How far market time is behind the clock, in ms. */
  get behindMs(): number {
    return this.clock.now() - this.simulator.nowMs
  }

  /** The public message about halted instruments; undefined when there are none. */
  get haltMessage(): string | undefined {
    return this.#haltMessage
  }

  /** After a split nothing more may happen here: the market is reassembled. */
  get isOver(): boolean {
    return this.#calendar.split !== undefined
  }

  /**
   * The state from which a successor continues. It will not draw past jumps again, so those that prices have followed
   * are published with it; jumps of the last second never become news.
   * @param open the batch with which it is written
   */
  save(open: OpenBatch): SavedMarket {
    this.news.publishJumps(open)
    // The trades that moved these prices are part of this state.
    this.engine.publishHighWaters(this.#timeMs)
    this.#recordEvents(open)
    return saveMarket(this.engine, this.simulator, this.#calendar.split)
  }

  /**
   * Runs the quanta that are due. If it is further behind than the simulator catches up, the market was halted, and
   * time jumps.
   * @param catchUpMaxMs larger only at the first start, when the history ends a minute ago
   */
  advance(catchUpMaxMs = CATCH_UP_MAX_MS): void {
    const nowMs = this.clock.now()
    const stoodMs = nowMs - this.#advancedAtMs
    this.#advancedAtMs = nowMs
    const dueMs = this.#pace.dueMs(nowMs)
    this.#logIfSlowed(dueMs - nowMs)
    if (dueMs - this.simulator.nowMs > catchUpMaxMs) {
      this.simulator.jumpTo(dueMs)
      this.#hasStoodStill = true
    }
    // The process was stopped: messages that arrived meanwhile are only being read now.
    if (stoodMs > CATCH_UP_MAX_MS) this.#postpone(stoodMs)
    if (this.#hasStoodStill) this.#reopen()
    const isDue = () => !this.isOver && this.simulator.nowMs + QUANTUM_MS <= dueMs
    for (let quanta = 0; quanta < QUANTA_A_TURN_MAX && isDue(); quanta++) this.#runQuantum()
  }

  /** Logged once each time it begins. */
  #logIfSlowed(aheadMs: number): void {
    const isSlowed = aheadMs > AHEAD_LOGGED_MS
    if (isSlowed && !this.#isSlowed) {
      this.log.warn(
        { aheadMs },
        'exchange: the clock was set back; market time runs at half speed until the clock catches up',
      )
    }
    this.#isSlowed = isSlowed
  }

  /** Events that fell due while nobody could trade come first: an expired order must not fill. */
  #reopen(): void {
    this.#hasStoodStill = false
    this.#timeMs = Math.max(this.#timeMs, this.simulator.nowMs)
    this.engine.quantum(this.#timeMs)
    this.#recordEvents()
    this.#runCalendar()
  }

  #runQuantum(): void {
    const beganMs = performance.now()
    this.simulator.step(this.simulator.nowMs + QUANTUM_MS)
    this.#timeMs = Math.max(this.#timeMs, this.simulator.nowMs)
    if (this.isDegraded) this.#postpone(Math.min(QUANTUM_MS, this.#timeMs - this.#postponedToMs))
    this.engine.quantum(this.#timeMs)
    this.#abandoned.cancel(this.#timeMs, this.open)
    this.#recordEvents()
    this.#sample(this.#parts.equity.sampler.due(this.#timeMs))
    this.#committed.publish(this.#marketFrames.changes(this.#timeMs), this.open)
    if (this.#timeMs - this.#snapshotAtMs >= SNAPSHOT_MS) this.#keepSnapshot(this.#marketFrames.full(this.#timeMs))
    // After the frame, because a split leaves a book that nobody should see.
    this.#runCalendar()
    this.#parts.metrics.quantumSeconds.observe((performance.now() - beganMs) / 1_000)
  }

  /** Nobody could be heard for this long, so timers that wait for clients are paused. */
  #postpone(gapMs: number): void {
    if (gapMs <= 0) return
    this.#postponedToMs = this.#timeMs
    this.engine.postponeDeadMen(gapMs)
    this.#abandoned.postpone(gapMs)
  }

  #runCalendar(): void {
    if (this.#calendar.run(this.#parts.operator.settings, this.#timeMs)) this.#haltMessage = haltMessageOf(this.engine)
    this.#recordEvents()
  }

  /** Runs one operation of a user and publishes the changed accounts. */
  operate<Result>(operation: (timeMs: number) => Result): Result {
    this.#timeMs = Math.max(this.#timeMs, this.clock.now())
    const result = operation(this.#timeMs)
    this.#recordEvents()
    return result
  }

  /** A gateway reports an account as connected for a while. */
  hold(gateway: string, request: HoldConnectionRequest): void {
    this.#abandoned.hold(gateway, request, this.#timeMs)
  }

  /** Turns cancel-on-disconnect off for an account until a gateway reports it again. */
  release(account: AccountNumber): void {
    this.#abandoned.release(account)
  }

  /** The number of users' accounts. */
  get accountCount(): number {
    return this.engine.accounts().filter(({ account }) => account >= FIRST_USER_ACCOUNT).length
  }

  hasAccount(account: number): boolean {
    return this.engine.account(account) !== undefined
  }

  isListed(symbol: string): boolean {
    return this.#parts.instruments.has(symbol)
  }

  /** Frames sent to an account; undefined when some are no longer held. */
  framesAfter(account: number, range: { afterSeq: number; newestSeq: number }): EncodedFrame[] | undefined {
    return this.#sent.after(account, range)
  }

  /**
   * Turns the engine's latest events into rows, account frames, public trades and the price impact of users' trades.
   */
  #recordEvents(open = this.open): void {
    const events = this.engine.drain()
    open.record(events)
    for (const trade of events.trades) this.#marketFrames.addTrade(trade)
    // A user who takes liquidity moves the price like anyone else. The house's own takes are counted in its step.
    for (const { symbol, side, lots } of takenFromHouse(events.fills)) this.simulator.onUserTrade(symbol, side, lots)
    this.#committed.addTrades(events.trades, open)
    for (const { account } of events.accounts) {
      if (account.isClosed === true) open.onRelease(() => this.release(account.account))
    }
    const stamp = { epoch: this.epoch, timeMs: this.#timeMs }
    for (const { account, frame } of this.frames.framesOf(events, stamp)) {
      open.onRelease(() => {
        const encoded = EncodedFrame.of(frame)
        this.#sent.add(account, encoded, this.clock.now())
        this.#parts.broadcast.publishAccount(account, encoded)
      })
    }
    this.#sample(this.#parts.equity.sampler.note(events, this.#timeMs), open)
  }

  #sample(samples: readonly EquitySample[], open = this.open): void {
    if (samples.length > 0) open.onRelease(() => this.#parts.equity.writer.write(samples))
  }

  /** Publishes committed trades for which no later frame will come. */
  publishUnprintedTrades(): void {
    this.#committed.publishUnprintedTrades(this.#timeMs)
  }

  /** @param frame the books as of the last frame */
  #keepSnapshot(frame: UnnumberedFrame): void {
    this.#snapshotAtMs = this.#timeMs
    this.#committed.keepSnapshot(frame, this.open)
  }
}

/** A message about instruments that take no orders. */
function haltMessageOf(engine: Engine): string | undefined {
  const sentences = engine.symbols.flatMap((symbol) => {
    const status = engine.status(symbol)
    return status === 'open' ? [] : [`${symbol} is ${status}.`]
  })
  return sentences.length === 0 ? undefined : `${sentences.join(' ')} Orders can be canceled, not placed.`
}
