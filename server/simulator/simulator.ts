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

/** The market advances in quanta on a fixed grid; one quantum is one frame of market data. */
export const QUANTUM_MS = 50
const WORLD_STEP_MS = 500
/** A market that is further behind than this skips the gap with `jumpTo` instead of running through it. */
export const CATCH_UP_MAX_MS = 2_000

interface SimulatorOptions {
  /** Relative rate of quotes and cancels, not of trades: about 77 events per second and instrument at 1, about 22 at 0.25. */
  readonly liveness?: number
  /** A divisor of WORLD_STEP_MS. Larger than QUANTUM_MS only for long runs without users, with the same distribution. */
  readonly quantumMs?: number
}

interface SimulatorStart extends SimulatorOptions {
  /** In the order in which they trade within a quantum. */
  readonly instruments: readonly SimulatedInstrument[]
  /** An integer. */
  readonly seed: number
  /** Market time, rounded down to the world's grid. */
  readonly startMs: number
}

/** One instrument of the simulation: its value, its order flow, and the participants once there is a book. */
class Simulated {
  readonly value: LatentValue
  readonly flow: Flow
  market: HouseMarket | undefined
  participants: Participants | undefined
  isHalted = false
  /** The scenario that is played, and its progress, which is undefined before the first step of the world. */
  scenario: ScenarioRun | undefined
  progress: ScenarioProgress | undefined

  constructor(value: LatentValue, flow: Flow) {
    this.value = value
    this.flow = flow
  }
}

/**
 * The simulated market of all instruments. Time advances only by `step`: what happens depends on the seed or the saved state
 * and on what users did between quanta, never on a clock.
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

  /** Each instrument starts at its start price, with volatilities drawn from their stationary distribution. */
  static start(start: SimulatorStart): Simulator {
    const startMs = onWorldGrid(start.startMs)
    const world = World.start(start.instruments, start.seed, startMs)
    return new Simulator(world, { seed: start.seed, nowMs: startMs }, start, new Map())
  }

  /**
   * Continues from a saved state; books must be attached again. An instrument that is not in the state starts at its start
   * price, and one that is no longer listed is dropped.
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

  /** The state between two quanta, without the orders in the books, as plain JSON with full precision. */
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
   * Gives an instrument its book, at the start and at every recovery. The book contains no orders of the house, but may
   * contain users' orders, which are never crossed. Places the tail and 216 quotes around the reference, during a halt only
   * when it ends.
   */
  attach(symbol: string, market: HouseMarket): void {
    const simulated = this.find(symbol)
    simulated.market = market
    if (!simulated.isHalted) simulated.participants = new Participants(market, simulated.flow, this.liveness)
  }

  /** Cancels the house's orders in a book. A book must be attached again before the next step. */
  detach(symbol: string): void {
    const simulated = this.find(symbol)
    simulated.participants?.withdraw()
    simulated.participants = undefined
    simulated.market = undefined
  }

  /** Stops all placing, canceling and taking until `resume`. The value keeps moving, and resting orders stay. */
  halt(symbol: string): void {
    this.find(symbol).isHalted = true
  }

  /** Replaces the house's orders in the book by new ones around the current value. */
  resume(symbol: string): void {
    const simulated = this.find(symbol)
    const { market, isHalted } = simulated
    simulated.isHalted = false
    if (!isHalted || market === undefined) return
    simulated.participants?.withdraw()
    simulated.participants = new Participants(market, simulated.flow, this.liveness)
  }

  /**
   * Runs the whole quanta up to a time; a remaining part of a quantum is left for the next call.
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
   * Skips time after a pause, a takeover or a restart, as if it had been a halt: market time and season advance, and values,
   * flow and quotes stay as they are. The time is rounded down to the world's grid and never goes back.
   */
  jumpTo(timeMs: number): void {
    const to = onWorldGrid(timeMs)
    if (to <= this.nowMs) return
    this.world.jumpTo(to)
    this.nowMs = to
  }

  /**
   * Adds the impact of a user's taker order that was filled against the house. To be called for each such fill, between two
   * quanta, but not for fills of a user's resting order, which `step` has already counted, nor for trades between users.
   */
  onUserTrade(symbol: string, side: Side, lots: number): void {
    this.find(symbol).flow.push(side === 'buy' ? lots : -lots)
  }

  /**
   * Plays a scenario on an instrument, replacing any other. It continues after a restart. Playing the same run again changes
   * nothing; undefined ends the scenario.
   * @returns whether anything changed
   */
  play(symbol: string, run: ScenarioRun | undefined): boolean {
    const simulated = this.find(symbol)
    const { scenario } = simulated
    if (scenario?.name === run?.name && scenario?.fromMs === run?.fromMs) return false
    simulated.scenario = run
    simulated.progress = undefined
    applyConditions(simulated, CALM)
    return true
  }

  /** Sets the conditions of an instrument's market until the next call; those not given are calm. */
  setConditions(symbol: string, conditions: Partial<Conditions>): void {
    applyConditions(this.find(symbol), Object.keys(conditions).length === 0 ? CALM : { ...CALM, ...conditions })
  }

  /**
   * Makes the value jump for a reason that is no news, a dividend: volatility stays. The makers know it at once, and quotes
   * follow in the next quantum. If nobody may trade at the old price, the caller detaches the book before and attaches it again.
   * @param logSize 0.07 is 7% up
   */
  jump(symbol: string, logSize: number): void {
    const { value, flow } = this.find(symbol)
    this.world.jump(value, logSize, 'asked')
    flow.catchUp()
  }

  /** Jumps of values after a time, oldest first, for headlines. The last 512 are kept, and none over a restart. */
  newsSince(timeMs: number): readonly News[] {
    return this.world.newsSince(timeMs)
  }

  /** R in ticks, not rounded: the price around which makers quote. */
  referenceTicks(symbol: string): number {
    return this.find(symbol).flow.referenceTicks
  }

  /** For the history, which has no books: each instrument's flow, in order. */
  get flows(): readonly Flow[] {
    return [...this.simulated.values()].map(({ flow }) => flow)
  }

  /** For the history: one coarse step of the world, without participants. */
  stepWithoutBooks(stepMs: number): void {
    this.world.step(stepMs)
    this.nowMs = this.world.nowMs
  }

  private stepWorld(stepMs: number): void {
    for (const simulated of this.simulated.values()) this.stepScenario(simulated)
    this.world.step(stepMs)
    for (const { value, flow } of this.simulated.values()) {
      flow.afterWorldStep(stepMs / 1_000)
      // Whoever is slower than a jump would lose to anybody who saw its beginning.
      if (value.takeJumped()) flow.catchUp()
    }
  }

  private stepScenario(simulated: Simulated): void {
    const { scenario, progress: before } = simulated
    if (scenario === undefined || before?.isOver === true) return
    const { progress, conditions, jump } = stepOf(scenario, before, this.world.nowMs)
    if (before?.entered === progress.entered && before.isOver === progress.isOver) return
    simulated.progress = progress
    applyConditions(simulated, conditions)
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

function applyConditions({ value, flow }: Simulated, conditions: Conditions): void {
  value.conditions = conditions
  flow.updatePace()
}

const onWorldGrid = (timeMs: number): number => timeMs - (timeMs % WORLD_STEP_MS)
