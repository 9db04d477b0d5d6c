import type { AccountFrame } from '@valiant/shared/protocol/account'
import type { Answer } from '@valiant/shared/protocol/events'
import type { PlacedOrder } from '@valiant/shared/protocol/order'
import type { Logger } from 'pino'
import type { Broadcast } from '../../bus/broadcast.ts'
import type { CommandBus, CommandEntry } from '../../bus/commands.ts'
import type { HoldConnectionRequest, OrderReferenceRequest } from '../../bus/exchange-request.ts'
import { type AccountNumber, FIRST_USER_ACCOUNT } from '../../engine/command.ts'
import { type Engine, ENDS_PER_QUANTUM_MAX } from '../../engine/engine.ts'
import type { Trade } from '../../engine/event.ts'
import { toWireFill } from '../../feed/account/fill.ts'
import { toWireOrder } from '../../feed/account/order.ts'
import type { MarketFrame } from '../../feed/market-frame.ts'
import type { AppliedSplit, ListedInstrument } from '../../instruments.ts'
import type { EquitySample } from '../../journal/equity.ts'
import type { OrderWithFills } from '../../journal/history.ts'
import type { NewsItem } from '../../journal/news.ts'
import type { Simulator } from '../../simulator/simulator.ts'
import { CATCH_UP_MAX_MS, QUANTUM_MS } from '../../simulator/simulator.ts'
import type { ExchangeMetrics } from '../../telemetry/exchange-metrics.ts'
import { AccountFrames } from '../accounts/account-frames.ts'
import { Calendar } from './calendar.ts'
import type { Clock } from '../clock.ts'
import type { EquitySampler } from '../accounts/equity-sampler.ts'
import type { EquityWriter } from '../accounts/equity-writer.ts'
import { ReplayBuffer } from '../accounts/replay-buffer.ts'
import type { Presence } from '../accounts/presence.ts'
import type { PresenceWriter } from '../accounts/presence-writer.ts'
import { MarketFrames } from './market-frames.ts'
import { MarketPace } from './market-pace.ts'
import type { MarketPublisher, UnnumberedFrame } from './market-publisher.ts'
import { NewsDesk } from '../news/news-desk.ts'
import { OpenBatch } from '../leading/open-batch.ts'
import { Operations } from '../operations/operations.ts'
import type { OperatorWatch } from '../operator-watch.ts'
import { type SavedMarket, saveMarket } from './saved-market.ts'
import { takenFromHouse } from './taken-from-house.ts'

export interface LiveMarketParts {
  readonly epoch: number
  /** Market time of the last batch, which the simulator was saved before. */
  readonly lastBatchMs: number
  readonly engine: Engine
  readonly simulator: Simulator
  readonly instruments: ReadonlyMap<string, ListedInstrument>
  readonly bus: CommandBus
  readonly broadcast: Broadcast<MarketFrame>
  readonly publisher: MarketPublisher
  readonly history: {
    order(account: number, number: number): Promise<OrderWithFills | undefined>
    orderByClientId(account: number, clientOrderId: string): Promise<OrderWithFills | undefined>
  }
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Pick<ExchangeMetrics, 'quantumSeconds'>
  readonly operator: Pick<OperatorWatch, 'wishes'>
  /** The last day that was charged for; undefined before the first. */
  readonly chargedDay: number | undefined
  /** How often the shares of each symbol have been split. */
  readonly splits: ReadonlyMap<string, number>
  readonly maxTicksAfter: (split: AppliedSplit) => number
  /** Who is there of those whose orders are to go when nobody is. */
  readonly presence: Presence
  /** Market time at which this market resumes; presence and dead man's switches have been postponed up to here. */
  readonly resumedAtMs: number
  readonly presenceWriter: Pick<PresenceWriter, 'set' | 'clear'>
  readonly equity: { readonly sampler: EquitySampler; readonly writer: EquityWriter }
  /** Sees each frame as it leaves, to keep the bars. */
  readonly onMarketFrame: (frame: MarketFrame) => void
  /** Sees what is told of trades, with a frame or after the end, for the alerts on prices. */
  readonly onTrades: (frame: MarketFrame) => void
  /** Sees news as it is told, to keep it. */
  readonly onNews: (item: NewsItem) => void
}

/** Which order of which account. */
export type Reference = Pick<OrderReferenceRequest, 'account' | 'number' | 'clientOrderId'>

/** The quanta run in one go before commands get their turn again. */
const QUANTA_A_TURN_MAX = 40
/** A clock that was set back by more is told of; time servers mend less every day. */
const AHEAD_SAID_MS = 1_000
/** How often a snapshot is laid down, in market time. */
const SNAPSHOT_MS = 1_000

/**
 * The market in memory, from one recovery to the next: engine and simulator, and the batch that is being filled. What
 * it says leaves with the batch's release.
 */
export class LiveMarket {
  readonly epoch: number
  readonly engine: Engine
  readonly simulator: Simulator
  readonly operations: Operations
  readonly news: NewsDesk
  readonly clock: Clock
  readonly log: Logger
  #open = new OpenBatch()
  readonly #parts: LiveMarketParts
  readonly #frames: AccountFrames
  readonly #sent = new ReplayBuffer()
  readonly #marketFrames: MarketFrames
  readonly #calendar: Calendar
  #timeMs: number
  #advancedAtMs: number
  /** Market time up to which `#postpone` has made up for a market that took no commands. */
  #postponedToMs: number
  readonly #pace: MarketPace
  #isSlowed = false
  #snapshotAtMs = 0
  /** Commands are not taken, and no dead man's switch goes off. */
  #isDegraded = false
  #haltMessage: string | undefined
  /** Trades that are committed and that no frame has told: that of the next quantum does. */
  #unprinted: Trade[] = []
  /** From the last batch to the first quantum, and over a jump of time. */
  #hasStoodStill = true

  constructor(parts: LiveMarketParts) {
    this.#parts = parts
    this.epoch = parts.epoch
    this.engine = parts.engine
    this.simulator = parts.simulator
    this.clock = parts.clock
    this.log = parts.log
    this.#frames = new AccountFrames(parts.engine, parts.instruments)
    this.#marketFrames = new MarketFrames(parts)
    this.operations = new Operations(parts.engine, this.#frames)
    this.news = new NewsDesk(parts)
    this.#calendar = new Calendar(this, parts.chargedDay)
    this.#timeMs = Math.max(parts.lastBatchMs, parts.simulator.nowMs)
    this.#advancedAtMs = parts.clock.now()
    this.#postponedToMs = parts.resumedAtMs
    this.#pace = new MarketPace({ wallMs: this.#advancedAtMs, marketMs: this.#timeMs })
    this.#haltMessage = haltMessageOf(parts.engine)
    const first = this.#marketFrames.full(this.#timeMs)
    this.#publishMarket(first)
    this.#keepSnapshot(first)
  }

  /** The batch that is being filled. */
  get open(): OpenBatch {
    return this.#open
  }

  /** The open batch has been sealed: what follows belongs to the next. */
  beginBatch(): void {
    this.#open = new OpenBatch()
  }

  /** Market time: never back, whatever the clock does. */
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

  /** What people are told of halted instruments; undefined when there are none. */
  get haltMessage(): string | undefined {
    return this.#haltMessage
  }

  /** Shares have been split: nothing more may happen here, and the market is put together anew around them. */
  get isOver(): boolean {
    return this.#calendar.split !== undefined
  }

  /** While degraded, nobody can renew a dead man's switch, or say who is there: they stand still. */
  set isDegraded(isDegraded: boolean) {
    this.#isDegraded = isDegraded
  }

  /**
   * What a successor goes on from, as of now. It never draws the jumps in it again, so those that prices have followed are
   * published with it; the jumps of the last second are never news.
   * @param open the batch that it is written with
   */
  save(open: OpenBatch): SavedMarket {
    this.news.tellJumps(open)
    // The prices that have moved them are saved with this batch.
    this.engine.publishHighWaters(this.#timeMs)
    this.#tell(open)
    return saveMarket(this.engine, this.simulator, this.#calendar.split)
  }

  centsPerTickLot(symbol: string): number {
    return this.#frames.instrument(symbol).spec.centsPerTickLot
  }

  maxTicksAfter(split: AppliedSplit): number {
    return this.#parts.maxTicksAfter(split)
  }

  /**
   * Runs the quanta that are due. Further behind than the simulator catches up, it was a halt: time jumps.
   * @param catchUpMaxMs more only at the first start, when the history ends a minute ago
   */
  advance(catchUpMaxMs = CATCH_UP_MAX_MS): void {
    const nowMs = this.clock.now()
    const stoodMs = nowMs - this.#advancedAtMs
    this.#advancedAtMs = nowMs
    const dueMs = this.#pace.dueMs(nowMs)
    this.#sayIfSlowed(dueMs - nowMs)
    if (dueMs - this.simulator.nowMs > catchUpMaxMs) {
      this.simulator.jumpTo(dueMs)
      this.#hasStoodStill = true
    }
    // The process stood still: what came meanwhile is only being read now.
    if (stoodMs > CATCH_UP_MAX_MS) this.#postpone(stoodMs)
    if (this.#hasStoodStill) this.#reopen()
    const isDue = () => !this.isOver && this.simulator.nowMs + QUANTUM_MS <= dueMs
    for (let quanta = 0; quanta < QUANTA_A_TURN_MAX && isDue(); quanta++) this.#runQuantum()
  }

  /** Once each time. */
  #sayIfSlowed(aheadMs: number): void {
    const isSlowed = aheadMs > AHEAD_SAID_MS
    if (isSlowed && !this.#isSlowed) {
      this.log.warn(
        { aheadMs },
        'exchange: the clock is behind market time, which goes at half its pace until it has come up',
      )
    }
    this.#isSlowed = isSlowed
  }

  /** What fell due while nobody could trade is done before anyone does: an order whose time was up must not fill. */
  #reopen(): void {
    this.#hasStoodStill = false
    this.#timeMs = Math.max(this.#timeMs, this.simulator.nowMs)
    this.engine.quantum(this.#timeMs)
    this.#tell()
    this.#runCalendar()
  }

  #runQuantum(): void {
    const beganMs = performance.now()
    this.simulator.step(this.simulator.nowMs + QUANTUM_MS)
    this.#timeMs = Math.max(this.#timeMs, this.simulator.nowMs)
    if (this.#isDegraded) this.#postpone(Math.min(QUANTUM_MS, this.#timeMs - this.#postponedToMs))
    this.engine.quantum(this.#timeMs)
    this.#cancelAbandoned()
    this.#tell()
    this.#sample(this.#parts.equity.sampler.due(this.#timeMs))
    this.#publishMarket(this.#marketFrames.changes(this.#timeMs))
    if (this.#timeMs - this.#snapshotAtMs >= SNAPSHOT_MS) this.#keepSnapshot(this.#marketFrames.full(this.#timeMs))
    // After the frame: a split leaves a book that nobody is to see.
    this.#runCalendar()
    this.#parts.metrics.quantumSeconds.observe((performance.now() - beganMs) / 1_000)
  }

  /** Nobody could be heard for so long: what waits for somebody stands still. */
  #postpone(gapMs: number): void {
    if (gapMs <= 0) return
    this.#postponedToMs = this.#timeMs
    this.engine.postponeDeadMen(gapMs)
    this.#parts.presence.postpone(gapMs)
  }

  /** The orders of those who asked for it and have been gone for the grace; past a number of orders with the next quantum. */
  #cancelAbandoned(): void {
    const { presence, presenceWriter } = this.#parts
    let ended = 0
    for (const account of presence.gone(this.#timeMs)) {
      if (this.hasAccount(account)) {
        const command = { kind: 'order.cancelAll', account, abandoned: true } as const
        ended += this.engine.apply(command, this.#timeMs).orders.length
      }
      this.open.onRelease(() => {
        // Somebody may have come meanwhile, and is to be kept.
        if (!presence.watches(account)) presenceWriter.clear(account)
      })
      if (ended >= ENDS_PER_QUANTUM_MAX) return
    }
  }

  #runCalendar(): void {
    if (this.#calendar.run(this.#parts.operator.wishes, this.#timeMs)) this.#haltMessage = haltMessageOf(this.engine)
    this.#tell()
  }

  /** Carries out one operation of a user, and tells the accounts it changed. */
  operate<Result>(operation: (timeMs: number) => Result): Result {
    this.#timeMs = Math.max(this.#timeMs, this.clock.now())
    const result = operation(this.#timeMs)
    this.#tell()
    return result
  }

  /** A gateway has somebody of an account there, for so long. */
  hold(gateway: string, { account, graceMs, holdMs }: HoldConnectionRequest): void {
    const { presence, presenceWriter } = this.#parts
    const isToKeep = presence.held(account, gateway, { graceMs, untilMs: this.#timeMs + holdMs })
    if (isToKeep) presenceWriter.set(account, graceMs)
  }

  /** Nobody is watched any more of an account, until a gateway says so again. */
  release(account: AccountNumber): void {
    const { presence, presenceWriter } = this.#parts
    if (presence.released(account)) presenceWriter.clear(account)
  }

  /** How many accounts people have. */
  get accountCount(): number {
    return this.engine.accounts().filter(({ account }) => account >= FIRST_USER_ACCOUNT).length
  }

  hasAccount(account: number): boolean {
    return this.engine.account(account) !== undefined
  }

  isListed(symbol: string): boolean {
    return this.#parts.instruments.has(symbol)
  }

  /** An order as committed, with its fills; of an open one what stands before it too. */
  async findOrder({ account, number, clientOrderId }: Reference): Promise<PlacedOrder | undefined> {
    const { history } = this.#parts
    const found =
      number === undefined
        ? await history.orderByClientId(account, clientOrderId ?? '')
        : await history.order(account, number)
    if (found === undefined) return undefined
    const instrument = this.#frames.instrument(found.order.symbol)
    return {
      ...toWireOrder(found.order, instrument, this.engine.queueAhead(found.order)),
      fills: found.fills.map((fill) => toWireFill(fill, instrument)),
    }
  }

  /** The newest seq of an account that there is, committed or about to be. */
  seqOf(account: number): number {
    return this.#frames.seqOf(account)
  }

  /** Frames that have been sent to an account; undefined when they are not all remembered. */
  framesAfter(account: number, range: { afterSeq: number; newestSeq: number }): AccountFrame[] | undefined {
    return this.#sent.after(account, range)
  }

  reply(entry: CommandEntry, answer: Answer): void {
    this.#parts.bus.reply(entry.gateway, { id: entry.id, epoch: this.epoch, answer })
  }

  /** Answers with a refusal that leaves the id free: it holds for this copy of the request and those before it. */
  refuse({ gateway, id, copy }: CommandEntry, answer: Answer): void {
    this.#parts.bus.reply(gateway, { id, epoch: this.epoch, answer, ...(copy !== undefined && { ofCopy: copy }) })
  }

  /** Rows, account frames, public trades and the impact of users' trades out of what the engine has just done. */
  #tell(open = this.open): void {
    const events = this.engine.drain()
    open.record(events)
    for (const trade of events.trades) this.#marketFrames.addTrade(trade)
    // A user who takes moves the price like anyone else. What the house takes, its own step has counted.
    for (const { symbol, side, lots } of takenFromHouse(events.fills)) this.simulator.onUserTrade(symbol, side, lots)
    if (events.trades.length > 0) this.open.onRelease(() => this.#unprinted.push(...events.trades))
    const stamp = { epoch: this.epoch, timeMs: this.#timeMs }
    for (const { account, frame } of this.#frames.framesOf(events, stamp)) {
      open.onRelease(() => {
        this.#sent.add(account, frame, this.clock.now())
        this.#parts.broadcast.publishAccount(account, frame)
      })
    }
    this.#sample(this.#parts.equity.sampler.note(events, this.#timeMs))
  }

  #sample(samples: readonly EquitySample[]): void {
    if (samples.length > 0) this.open.onRelease(() => this.#parts.equity.writer.write(samples))
  }

  /** When no frame of a later quantum will leave: publishes the committed trades that wait for one. */
  publishUnprintedTrades(): void {
    const { epoch, engine } = this
    const trades = this.#unprinted
    if (trades.length === 0) return
    this.#unprinted = []
    const symbols = engine.symbols.map((symbol) => ({
      ...{ symbol, bids: [], asks: [], status: engine.status(symbol) },
      trades: trades.filter((trade) => trade.symbol === symbol),
    }))
    const sent = this.#parts.publisher.publishTrades({ epoch, timeMs: this.#timeMs, symbols })
    if (sent !== undefined) this.#parts.onTrades(sent)
  }

  #publishMarket(frame: UnnumberedFrame): void {
    const nowMs = this.clock.now()
    this.open.pricedAtMs ??= nowMs
    this.open.pricedForMs = frame.full ? Infinity : Math.max(this.open.pricedForMs, nowMs - this.open.pricedAtMs)
    this.open.onRelease(() => {
      this.#unprinted = []
      const sent = this.#parts.publisher.publish(frame)
      if (sent === undefined) return
      this.#parts.onMarketFrame(sent)
      this.#parts.onTrades(sent)
    })
  }

  /** @param frame of the books as the last frame has them */
  #keepSnapshot(frame: UnnumberedFrame): void {
    this.#snapshotAtMs = this.#timeMs
    this.open.onRelease(() => this.#parts.publisher.keepSnapshot(frame))
  }
}

/** Which instruments take no orders. */
function haltMessageOf(engine: Engine): string | undefined {
  const sentences = engine.symbols.flatMap((symbol) => {
    const status = engine.status(symbol)
    return status === 'open' ? [] : [`${symbol} is ${status}.`]
  })
  return sentences.length === 0 ? undefined : `${sentences.join(' ')} Orders can be canceled, not placed.`
}
