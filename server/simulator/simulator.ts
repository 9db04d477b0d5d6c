import type { Side } from '../engine/command.ts'
import type { HouseMarket } from '../engine/house.ts'
import { CALM, type Conditions } from './conditions.ts'
import type { SimulatedInstrument } from './instrument.ts'
import { Flow } from './participants/flow.ts'
import { Participants } from './participants/participants.ts'
import type { LatentValue } from './price-process/latent-value.ts'
import { Rng } from './price-process/rng.ts'
import { type News, World } from './price-process/world.ts'
import { conditionsOf, type ScenarioProgress, type ScenarioRun, stepOf } from './scenarios.ts'
import { type InstrumentState, type SimulatorState, STATE_VERSION } from './state.ts'

/** The market moves by quanta on a fixed grid; one quantum is one frame of market data. */
export const QUANTUM_MS = 50
export const WORLD_STEP_MS = 500
/** A market that is further behind than this is not run through the gap: `jumpTo`. */
export const CATCH_UP_MAX_MS = 2_000

export interface SimulatorOptions {
  /** Liveliness of quotes and cancels, not of trades: 1 gives some 77 events a second an instrument, 0.25 some 22. */
  readonly liveness?: number
  /** A divisor of WORLD_STEP_MS; more than QUANTUM_MS only to run long stretches without users, whose law is the same. */
  readonly quantumMs?: number
}

export interface SimulatorStart extends SimulatorOptions {
  /** Their order is the order in which they trade within a quantum. */
  readonly instruments: readonly SimulatedInstrument[]
  /** A whole number. */
  readonly seed: number
  /** Market time, rounded down to the world's grid. */
  readonly startMs: number
}

/** One instrument of the simulation: its value, the flow that follows it, and the participants once there is a book. */
class Simulated {
  readonly value: LatentValue
  readonly flow: Flow
  market: HouseMarket | undefined
  participants: Participants | undefined
  isHalted = false
  /** What is played, and how far it has come: undefined before the first step of the world. */
  scenario: ScenarioRun | undefined
  progress: ScenarioProgress | undefined

  constructor(value: LatentValue, flow: Flow) {
    this.value = value
    this.flow = flow
  }
}

/**
 * The simulated market, all instruments of it. Time comes in by `step`; what happens depends on the seed or the state,
 * and on what users did between which quanta, never on a clock.
 */
export class Simulator {
  readonly world: World
  /** The end of the last quantum, on the grid. */
  nowMs: number
  /** Events of the simulated participants since the start. */
  events = 0
  private readonly seed: number
  private readonly liveness: number
  private readonly quantumMs: number
  private readonly simulated: ReadonlyMap<string, Simulated>

  private constructor(
    world: World,
    origin: { seed: number; nowMs: number },
    options: SimulatorOptions,
    saved: ReadonlyMap<string, InstrumentState>,
  ) {
    this.world = world
    this.seed = origin.seed
    this.nowMs = origin.nowMs
    this.liveness = options.liveness ?? 1
    this.quantumMs = options.quantumMs ?? QUANTUM_MS
    if (WORLD_STEP_MS % this.quantumMs !== 0) {
      throw new RangeError(`quantumMs: expected a divisor of ${WORLD_STEP_MS}, found ${this.quantumMs}`)
    }
    this.simulated = new Map(world.values.map((value) => [value.instrument.symbol, this.simulate(value, saved)]))
  }

  /** Each instrument starts at its start price, with volatilities drawn from their stationary law. */
  static start(start: SimulatorStart): Simulator {
    const startMs = onWorldGrid(start.startMs)
    const world = World.start(start.instruments, start.seed, startMs)
    return new Simulator(world, { seed: start.seed, nowMs: startMs }, start, new Map())
  }

  /**
   * Goes on from a saved state; books must be attached anew. An instrument that the state does not know starts at its
   * start price, one that is no longer listed is dropped.
   */
  static restore(
    state: SimulatorState,
    instruments: readonly SimulatedInstrument[],
    options: SimulatorOptions = {},
  ): Simulator {
    const saved = new Map(state.instruments.map((instrument) => [instrument.symbol, instrument]))
    const values = new Map(state.instruments.map(({ symbol, value }) => [symbol, value]))
    const conditions = new Map(
      state.instruments.map(({ symbol, scenario, conditions: kept = CALM }) => [
        symbol,
        scenario === undefined ? kept : conditionsOf(scenario),
      ]),
    )
    const world = World.restore(instruments, state.seed, state.world, values, conditions)
    return new Simulator(world, state, options, saved)
  }

  /** Plain JSON with full precision: the state between two quanta, without the orders in the books. */
  save(): SimulatorState {
    const instruments = [...this.simulated].map(([symbol, { value, flow, progress }]) => ({
      symbol,
      value: value.save(),
      flow: flow.save(),
      ...(progress !== undefined && { scenario: progress }),
      ...(progress === undefined && value.conditions !== CALM && { conditions: value.conditions }),
    }))
    return { version: STATE_VERSION, seed: this.seed, nowMs: this.nowMs, world: this.world.save(), instruments }
  }

  /**
   * Gives an instrument its book, which holds no order of the house: at the start, and at every recovery, where users'
   * orders already rest in it. Puts the tail and 216 quotes around the reference and never crosses an order; in a halt it
   * waits for its end with that.
   */
  attach(symbol: string, market: HouseMarket): void {
    const simulated = this.find(symbol)
    simulated.market = market
    if (!simulated.isHalted) simulated.participants = new Participants(market, simulated.flow, this.liveness)
  }

  /** Takes the house out of a book, which must be attached anew before the next step. */
  detach(symbol: string): void {
    const simulated = this.find(symbol)
    simulated.participants?.withdraw()
    simulated.participants = undefined
    simulated.market = undefined
  }

  /** Nobody places, cancels or takes until `resume`; the value moves on, and what rests stays. */
  halt(symbol: string): void {
    this.find(symbol).isHalted = true
  }

  /** The makers come back around the value as it is now; what they left in the book goes. */
  resume(symbol: string): void {
    const simulated = this.find(symbol)
    const { market, isHalted } = simulated
    simulated.isHalted = false
    if (!isHalted || market === undefined) return
    simulated.participants?.withdraw()
    simulated.participants = new Participants(market, simulated.flow, this.liveness)
  }

  /**
   * Runs the whole quanta up to a moment; what is left of it stays for the next call.
   * @throws {RangeError} when an instrument has no book
   */
  step(toMs: number): void {
    while (this.nowMs + this.quantumMs <= toMs) {
      if (this.nowMs >= this.world.nowMs) this.stepWorld(WORLD_STEP_MS)
      for (const { participants, value, flow, isHalted } of this.simulated.values()) {
        if (isHalted) {
          flow.age(this.quantumMs / 1_000)
          continue
        }
        if (!participants) throw new RangeError(`${value.instrument.symbol}: expected a book before the first step`)
        this.events += participants.run(this.nowMs, this.quantumMs / 1_000)
      }
      this.nowMs += this.quantumMs
    }
  }

  /**
   * After a pause, a hand-over or a restart: it was a halt. Market time moves, and with it the season; values, flow and
   * quotes stay, and trading goes on from them. Rounded down to the world's grid; never back.
   */
  jumpTo(timeMs: number): void {
    const to = onWorldGrid(timeMs)
    if (to <= this.nowMs) return
    this.world.jumpTo(to)
    this.nowMs = to
  }

  /**
   * A user's taker order was filled against the house: flow like any other, it moves the price. To be called for each
   * such fill, between two quanta. Not for fills of a user's resting order, which `step` has accounted for, nor for
   * trades between users.
   */
  onUserTrade(symbol: string, side: Side, lots: number): void {
    this.find(symbol).flow.push(side === 'buy' ? lots : -lots)
  }

  /**
   * Plays a scenario on an instrument, in place of the one before; it goes on over a restart. The same again changes
   * nothing, undefined ends it.
   * @returns whether anything has changed
   */
  play(symbol: string, run: ScenarioRun | undefined): boolean {
    const simulated = this.find(symbol)
    const { scenario } = simulated
    if (scenario?.name === run?.name && scenario?.fromMs === run?.fromMs) return false
    simulated.scenario = run
    simulated.progress = undefined
    bend(simulated, CALM)
    return true
  }

  /** Bends an instrument's market until told otherwise; what is not named is calm. */
  setConditions(symbol: string, conditions: Partial<Conditions>): void {
    bend(this.find(symbol), Object.keys(conditions).length === 0 ? CALM : { ...CALM, ...conditions })
  }

  /**
   * The value jumps, and the makers know at once. Quotes follow with the next quantum: where nobody may trade at the old
   * price, the book is detached before and attached again. @param logSize 0.07 is 7 % up
   */
  jump(symbol: string, logSize: number): void {
    const { value, flow } = this.find(symbol)
    this.world.jump(value, logSize, 'asked')
    flow.catchUp()
  }

  /** Jumps of values after a moment, oldest first, for headlines; the last 512 are kept, and none over a restart. */
  newsSince(timeMs: number): readonly News[] {
    return this.world.newsSince(timeMs)
  }

  /** R in ticks, not rounded: where the makers see the price. */
  referenceTicks(symbol: string): number {
    return this.find(symbol).flow.referenceTicks
  }

  /** Of the history, which knows no book: each instrument's flow, in order. */
  get flows(): readonly Flow[] {
    return [...this.simulated.values()].map(({ flow }) => flow)
  }

  /** Of the history: one coarse step of the world, without participants. */
  stepWithoutBooks(stepMs: number): void {
    this.world.step(stepMs)
    this.nowMs = this.world.nowMs
  }

  private stepWorld(stepMs: number): void {
    for (const simulated of this.simulated.values()) this.stepScenario(simulated)
    this.world.step(stepMs)
    for (const { flow } of this.simulated.values()) flow.afterWorldStep(stepMs / 1_000)
  }

  private stepScenario(simulated: Simulated): void {
    const { scenario, progress: before } = simulated
    if (scenario === undefined || before?.isOver === true) return
    const { progress, conditions, jump } = stepOf(scenario, before, this.world.nowMs)
    if (before?.entered === progress.entered && before.isOver === progress.isOver) return
    simulated.progress = progress
    bend(simulated, conditions)
    if (jump !== 0) this.world.jump(simulated.value, jump, 'own')
  }

  private simulate(value: LatentValue, saved: ReadonlyMap<string, InstrumentState>): Simulated {
    const { symbol } = value.instrument
    const state = saved.get(symbol)
    const rng = state ? Rng.restore(state.flow.rng) : Rng.of(this.seed, `flow ${symbol}`)
    const simulated = new Simulated(value, new Flow(value, rng, state?.flow))
    simulated.scenario = state?.scenario
    simulated.progress = state?.scenario
    return simulated
  }

  private find(symbol: string): Simulated {
    const found = this.simulated.get(symbol)
    if (!found) throw new RangeError(`expected a simulated instrument, found ${symbol}`)
    return found
  }
}

/** `flow` reads the conditions out of the value. */
function bend({ value, flow }: Simulated, conditions: Conditions): void {
  value.conditions = conditions
  flow.updatePace()
}

const onWorldGrid = (timeMs: number): number => timeMs - (timeMs % WORLD_STEP_MS)
