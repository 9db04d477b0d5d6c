import { CALM, type Conditions } from '../conditions.ts'
import type { SimulatedInstrument } from '../instrument.ts'
import { LatentValue, type LatentValueState, type Shocks } from './latent-value.ts'
import { MarketFactor, type MarketFactorState } from './market-factor.ts'
import { Rng, type RngState } from './rng.ts'

/** Log-volatilities move on this grid, coarser than the values. */
const VOLATILITY_STEP_MS = 10_000
const NEWS_MAX = 512

/**
 * A jump of an instrument's value; a common one is told once an instrument. `own` is drawn, or played by a scenario;
 * `asked` is told by whoever brought it.
 */
export interface News {
  readonly timeMs: number
  readonly symbol: string
  /** Log size; 0.01 is one percent up. */
  readonly logSize: number
  readonly scope: 'own' | 'market' | 'asked'
}

export interface WorldState {
  readonly nowMs: number
  /** When the season was last read. */
  readonly seasonMs: number
  /** Time and steps since the log-volatilities last moved. */
  readonly sinceVolatilityMs: number
  readonly steps: number
  readonly market: MarketFactorState
  readonly sectors: Readonly<Record<string, RngState>>
}

class Sector {
  readonly rng: Rng
  readonly values: LatentValue[] = []
  constructor(rng: Rng) {
    this.rng = rng
  }
}

/** The latent values of all instruments: the only exogenous price process (docs/market-model.md, 2). */
export class World {
  readonly values: readonly LatentValue[]
  /** The end of the last step. */
  nowMs: number
  private seasonMs: number
  private sinceVolatilityMs: number
  private steps: number
  private readonly market: MarketFactor
  private readonly sectors = new Map<string, Sector>()
  private readonly news: News[] = []

  private constructor(
    market: MarketFactor,
    state: Omit<WorldState, 'market'>,
    values: readonly LatentValue[],
    seed: number,
  ) {
    this.market = market
    this.nowMs = state.nowMs
    this.seasonMs = state.seasonMs
    this.sinceVolatilityMs = state.sinceVolatilityMs
    this.steps = state.steps
    this.values = values
    for (const value of values) {
      const name = value.instrument.sector
      const saved = state.sectors[name]
      const sector = this.sectors.get(name) ?? new Sector(saved ? Rng.restore(saved) : Rng.of(seed, `sector ${name}`))
      this.sectors.set(name, sector)
      sector.values.push(value)
    }
    for (const value of values) value.look(this.seasonMs)
  }

  static start(instruments: readonly SimulatedInstrument[], seed: number, startMs: number): World {
    const market = MarketFactor.start(seed)
    const values = instruments.map((instrument) => LatentValue.start(instrument, seed, market.logVolatility))
    const state = { nowMs: startMs, seasonMs: startMs, sinceVolatilityMs: 0, steps: 0, sectors: {} }
    return new World(market, state, values, seed)
  }

  /** An instrument that the saved state does not know starts at its start price. */
  static restore(
    instruments: readonly SimulatedInstrument[],
    seed: number,
    state: WorldState,
    saved: ReadonlyMap<string, LatentValueState>,
    conditions: ReadonlyMap<string, Conditions>,
  ): World {
    const market = MarketFactor.restore(state.market)
    const values = instruments.map((instrument) => {
      const own = saved.get(instrument.symbol)
      const value = own
        ? LatentValue.restore(instrument, own)
        : LatentValue.start(instrument, seed, market.logVolatility)
      value.conditions = conditions.get(instrument.symbol) ?? CALM
      return value
    })
    return new World(market, state, values, seed)
  }

  save(): WorldState {
    return {
      nowMs: this.nowMs,
      seasonMs: this.seasonMs,
      sinceVolatilityMs: this.sinceVolatilityMs,
      steps: this.steps,
      market: this.market.save(),
      sectors: Object.fromEntries([...this.sectors].map(([name, sector]) => [name, sector.rng.save()])),
    }
  }

  /** Exact in law for any step, but for what happens inside it: 500 ms live, up to a minute in the history. */
  step(stepMs: number): void {
    const seconds = stepMs / 1_000
    this.seasonMs = this.nowMs
    this.market.step(seconds)
    for (const sector of this.sectors.values()) {
      const shocks = { market: this.market.shock, sector: sector.rng.normal(), commonJump: this.market.jump }
      for (const value of sector.values) this.stepValue(value, seconds, shocks)
    }
    this.nowMs += stepMs
    this.sinceVolatilityMs += stepMs
    this.steps++
    if (this.sinceVolatilityMs >= VOLATILITY_STEP_MS) this.stepVolatilities()
  }

  /** Market time moves without the values: what a halt does. */
  jumpTo(timeMs: number): void {
    this.nowMs = timeMs
  }

  jump(value: LatentValue, logSize: number, scope: 'own' | 'asked'): void {
    value.jump(logSize)
    this.tell({ timeMs: this.nowMs, symbol: value.instrument.symbol, logSize, scope })
  }

  /** The jumps after a moment, oldest first; the log holds the last 512. */
  newsSince(timeMs: number): readonly News[] {
    return this.news.filter((news) => news.timeMs > timeMs)
  }

  private stepValue(value: LatentValue, seconds: number, shocks: Shocks): void {
    const jump = value.step(this.nowMs, seconds, shocks)
    const timeMs = this.nowMs + seconds * 1_000
    const symbol = value.instrument.symbol
    if (jump !== 0) this.tell({ timeMs, symbol, logSize: jump, scope: 'own' })
    const common = value.commonJumpSize(shocks.commonJump)
    if (common !== 0) this.tell({ timeMs, symbol, logSize: common, scope: 'market' })
  }

  private stepVolatilities(): void {
    const seconds = this.sinceVolatilityMs / 1_000
    this.market.stepVolatility(seconds, this.steps)
    for (const value of this.values) value.stepVolatility(seconds, this.steps, this.market.logVolatility)
    this.sinceVolatilityMs = 0
    this.steps = 0
  }

  private tell(news: News): void {
    this.news.push(news)
    if (this.news.length > NEWS_MAX) this.news.shift()
  }
}
