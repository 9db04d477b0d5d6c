import type { Logger } from 'pino'
import type { MarketStatus } from '../../engine/command.ts'
import type { Engine } from '../../engine/engine.ts'
import type { ListedInstrument } from '../../instruments.ts'
import { CATCH_UP_MAX_MS, QUANTUM_MS, Simulator } from '../../simulator/simulator.ts'
import type { SimulatorState } from '../../simulator/state.ts'
import type { Clock } from '../clock.ts'
import { MarketFrames } from './market-frames.ts'
import { MarketPace } from './market-pace.ts'
import type { MarketPublisher } from './market-publisher.ts'
import { recoverEngine } from '../leading/recovery.ts'
import type { SavedMarket } from './saved-market.ts'
import { toSimulated } from './simulated.ts'

/** The market as of the last committed batch, without the users' orders. */
export interface IndicativeBase {
  readonly saved: SavedMarket
  /** After their splits. */
  readonly instruments: readonly ListedInstrument[]
  /** How often each symbol has been split. */
  readonly splits: ReadonlyMap<string, number>
  readonly statuses: ReadonlyMap<string, MarketStatus>
}

interface IndicativeParts {
  readonly base: IndicativeBase
  readonly publisher: MarketPublisher
  readonly clock: Clock
  readonly log: Logger
  readonly liveness: number
  /** The real market may return before. */
  readonly startsInMs: number
}

interface Running {
  readonly simulator: Simulator
  readonly engine: Engine
  /** Builds frames in the epoch that is being shown. */
  readonly frames: MarketFrames
  readonly epoch: number
  readonly pace: MarketPace
}

/**
 * Prices while no orders can be taken (ADR 9): the simulated participants trade among themselves in separate books.
 * Users' orders are not in them, and their trades are not published. It starts from the committed state, and the real
 * market reopens at the prices it has reached.
 */
export class IndicativeMarket implements Disposable {
  readonly #parts: IndicativeParts
  #running: Running | undefined
  #cancel: () => void

  constructor(parts: IndicativeParts) {
    this.#parts = parts
    this.#cancel = parts.clock.after(parts.startsInMs, () => this.#turn())
  }

  /** The state from which the real market reopens; undefined before the start. */
  save(): SimulatorState | undefined {
    return this.#running?.simulator.save()
  }

  [Symbol.dispose](): void {
    this.#cancel()
  }

  #turn(): void {
    const { clock, log } = this.#parts
    try {
      this.#running = this.#running === undefined ? this.#start() : this.#run(this.#running)
      const { simulator, pace } = this.#running
      this.#cancel = clock.after(pace.untilMs(simulator.nowMs + QUANTUM_MS, clock.now()), () => this.#turn())
    } catch (error) {
      // A defect here must cost nothing but the indicative prices.
      log.error({ err: error }, 'exchange: the indicative market failed; prices stand still')
    }
  }

  #start(): Running {
    const { base, liveness, clock, publisher, log } = this.#parts
    const { saved, instruments, statuses } = base
    const simulator = Simulator.restore(saved, instruments.map(toSimulated), { liveness })
    const state = { last: { timeMs: saved.nowMs }, accounts: [], positions: [], openOrders: [], deadMen: [] }
    const { epoch } = publisher
    const engine = recoverEngine({
      ...{ state, epoch, instruments, simulator, saved, statuses },
      maxOpenOrdersPerInstrument: 0,
    })
    log.warn({ epoch }, 'exchange: prices are indicative')
    const pace = new MarketPace({ wallMs: clock.now(), marketMs: simulator.nowMs })
    const running = this.#shown({ simulator, engine, pace })
    this.#step(running)
    publisher.publish(running.frames.full(simulator.nowMs))
    return running
  }

  #run(running: Running): Running {
    const { publisher } = this.#parts
    const { simulator, frames, epoch } = running
    const secondBefore = Math.floor(simulator.nowMs / 1_000)
    this.#step(running)
    const { nowMs } = simulator
    if (publisher.epoch !== epoch) {
      // A reopening published its first frame and then failed.
      const renewed = this.#shown(running)
      publisher.publish(renewed.frames.full(nowMs))
      return renewed
    }
    publisher.publish(frames.changes(nowMs))
    if (Math.floor(nowMs / 1_000) !== secondBefore) publisher.keepSnapshot(frames.full(nowMs))
    return running
  }

  #shown({ simulator, engine, pace }: Pick<Running, 'simulator' | 'engine' | 'pace'>): Running {
    const { base, publisher } = this.#parts
    const { epoch } = publisher
    const frames = new MarketFrames({ ...base, engine, epoch, indicative: true })
    return { simulator, engine, pace, epoch, frames }
  }

  /** The state may be a second old, and the process may have been stopped. */
  #step({ simulator, engine, pace }: Running): void {
    const dueMs = pace.dueMs(this.#parts.clock.now())
    if (dueMs - simulator.nowMs > CATCH_UP_MAX_MS) simulator.jumpTo(dueMs)
    simulator.step(dueMs)
    engine.drain()
  }
}
