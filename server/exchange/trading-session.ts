import type { Account as WireAccount } from '@valiant/shared/protocol/account'
import type { Answer } from '@valiant/shared/protocol/events'
import type { PlacedOrder } from '@valiant/shared/protocol/order'
import type { Logger } from 'pino'
import type { Broadcast } from '../bus/broadcast.ts'
import type { CommandBus, CommandEntry } from '../bus/commands.ts'
import type { OrderReferenceRequest } from '../bus/exchange-request.ts'
import type { Engine } from '../engine/engine.ts'
import type { Fill } from '../engine/event.ts'
import { toWireFill } from '../feed/account/fill.ts'
import { toWireOrder } from '../feed/account/order.ts'
import type { MarketFrame } from '../feed/market-frame.ts'
import type { ListedInstrument } from '../instruments.ts'
import type { OrderWithFills } from '../journal/history.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { CATCH_UP_MAX_MS, QUANTUM_MS } from '../simulator/simulator.ts'
import { AccountFrames, type OperationCause } from './account-frames.ts'
import type { Clock } from './clock.ts'
import { MarketFrames } from './market-frames.ts'
import { OpenBatch } from './open-batch.ts'
import { Operations } from './operations.ts'

export interface SessionParts {
  readonly epoch: number
  readonly engine: Engine
  readonly simulator: Simulator
  readonly instruments: ReadonlyMap<string, ListedInstrument>
  readonly bus: CommandBus
  readonly broadcast: Broadcast<MarketFrame>
  readonly history: {
    order(account: number, number: number): Promise<OrderWithFills | undefined>
    orderByClientId(account: number, clientOrderId: string): Promise<OrderWithFills | undefined>
  }
  readonly clock: Clock
  readonly log: Logger
  /** Sees each frame as it leaves, to keep the bars. */
  readonly onMarketFrame: (frame: MarketFrame) => void
}

/** The quanta run in one go before commands get their turn again. */
const QUANTA_A_TURN_MAX = 40

/**
 * The market in memory, from one recovery to the next: engine and simulator, and the batch that is being filled. What
 * it says leaves with the batch's release.
 */
export class TradingSession {
  readonly epoch: number
  readonly engine: Engine
  readonly simulator: Simulator
  readonly operations: Operations
  readonly clock: Clock
  readonly log: Logger
  #open = new OpenBatch()
  readonly #parts: SessionParts
  readonly #frames: AccountFrames
  readonly #marketFrames: MarketFrames
  #timeMs: number

  constructor(parts: SessionParts) {
    this.#parts = parts
    this.epoch = parts.epoch
    this.engine = parts.engine
    this.simulator = parts.simulator
    this.clock = parts.clock
    this.log = parts.log
    this.#frames = new AccountFrames(parts.engine, parts.instruments)
    this.#marketFrames = new MarketFrames(parts.engine, parts.epoch)
    this.operations = new Operations(parts.engine, this.#frames)
    this.#timeMs = parts.simulator.nowMs
    this.#publishMarket(this.#marketFrames.full(this.#timeMs))
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
    return Math.max(0, this.simulator.nowMs + QUANTUM_MS - this.clock.now())
  }

  /** How far market time is behind the clock, in ms. */
  get behindMs(): number {
    return this.clock.now() - this.simulator.nowMs
  }

  /**
   * Runs the quanta that are due. Further behind than the simulator catches up, it was a halt: time jumps.
   * @param catchUpMaxMs more only at the first start, when the history ends a minute ago
   */
  advance(catchUpMaxMs = CATCH_UP_MAX_MS): void {
    const nowMs = this.clock.now()
    if (nowMs - this.simulator.nowMs > catchUpMaxMs) this.simulator.jumpTo(nowMs)
    for (let quanta = 0; quanta < QUANTA_A_TURN_MAX && this.simulator.nowMs + QUANTUM_MS <= nowMs; quanta++) {
      this.simulator.step(this.simulator.nowMs + QUANTUM_MS)
      this.#timeMs = Math.max(this.#timeMs, this.simulator.nowMs)
      this.engine.quantum(this.#timeMs)
      this.#tell({ account: undefined, cause: 'trade' })
      this.#publishMarket(this.#marketFrames.changes(this.#timeMs))
    }
  }

  /** Carries out one operation of a user, and tells the accounts it changed. */
  operate<Result extends object>(account: number, operation: (timeMs: number) => Result): Result {
    this.#timeMs = Math.max(this.#timeMs, this.clock.now())
    const result = operation(this.#timeMs)
    const cause = 'cause' in result ? (result.cause as OperationCause['cause']) : 'system'
    this.#tell({ account, cause })
    return result
  }

  hasAccount(account: number): boolean {
    return this.engine.account(account) !== undefined
  }

  wireAccount(number: number): WireAccount {
    const account = this.engine.account(number)
    if (account === undefined) throw new Error(`expected a known account, found ${number}`)
    return this.#frames.account(account)
  }

  /** An order as committed, with its fills; of an open one what stands before it too. */
  async findOrder({ account, number, clientOrderId }: OrderReferenceRequest): Promise<PlacedOrder | undefined> {
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

  reply(entry: CommandEntry, answer: Answer): void {
    this.#parts.bus.reply(entry.gateway, { id: entry.id, epoch: this.epoch, answer })
  }

  /** Rows, account frames, public trades and the impact of users' trades out of what the engine has just done. */
  #tell(operation: OperationCause): void {
    const events = this.engine.drain()
    this.open.record(events)
    for (const trade of events.trades) this.#marketFrames.addTrade(trade)
    for (const fill of events.fills) this.#feedImpact(fill)
    const stamp = { epoch: this.epoch, timeMs: this.#timeMs }
    for (const { account, frame } of this.#frames.framesOf(events, operation, stamp)) {
      this.open.onRelease(() => this.#parts.broadcast.publishAccount(account, frame))
    }
  }

  /** A user who takes moves the price like anyone else. What the house takes, its own step has counted. */
  #feedImpact(fill: Fill): void {
    if (fill.liquidity === 'taker') this.simulator.onUserTrade(fill.symbol, fill.side, fill.lots)
  }

  #publishMarket(frame: MarketFrame): void {
    this.open.onRelease(() => {
      this.#parts.onMarketFrame(frame)
      this.#parts.broadcast.publishMarket(frame)
    })
  }
}
