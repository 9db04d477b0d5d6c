import { CALM, type Conditions } from '../conditions.ts'
import type { SimulatedInstrument } from '../instrument.ts'
import { LatentValue, type LatentValueState, type Shocks } from './latent-value.ts'
import { MarketFactor, type MarketFactorState } from './market-factor.ts'
import { Rng, type RngState } from './rng.ts'

/** Log-volatilities move in these steps, which are longer than those of the values. */
const VOLATILITY_STEP_MS = 10_000
const NEWS_MAX = 512

/**
 * A jump of an instrument's value. A market-wide jump is reported once per instrument. `own` jumps are drawn at random or
 * come from a scenario; `asked` ones are made by `Simulator.jump`, whose caller reports them itself.
 */
export interface News {
  readonly timeMs: number
  readonly symbol: string
  /** Log size; 0.01 is 1% up. */
  readonly logSize: number
  readonly scope: 'own' | 'market' | 'asked'
}

export interface WorldState {
  readonly nowMs: number
  /** The time of the current season. */
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
    for (const value of values) value.updateSeason(this.seasonMs)
  }

  static start(instruments: readonly SimulatedInstrument[], seed: number, startMs: number): World {
    const market = MarketFactor.start(seed)
    const values = instruments.map((instrument) => LatentValue.start(instrument, seed, market.logVolatility))
    const state = { nowMs: startMs, seasonMs: startMs, sinceVolatilityMs: 0, steps: 0, sectors: {} }
    return new World(market, state, values, seed)
  }

  /** An instrument that is not in the saved state starts at its start price. */
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

  /** The distribution is exact for steps of any length: 500 ms live, up to a minute in the history. */
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

  /** Advances market time without moving the values, as in a halt. */
  jumpTo(timeMs: number): void {
    this.nowMs = timeMs
  }

  jump(value: LatentValue, logSize: number, scope: 'own' | 'asked'): void {
    if (scope === 'own') value.jump(logSize)
    else value.move(logSize)
    this.addNews({ timeMs: this.nowMs, symbol: value.instrument.symbol, logSize, scope })
  }

  /** The jumps after a time, oldest first; the last NEWS_MAX are kept. */
  newsSince(timeMs: number): readonly News[] {
    return this.news.filter((news) => news.timeMs > timeMs)
  }

  private stepValue(value: LatentValue, seconds: number, shocks: Shocks): void {
    const jump = value.step(this.nowMs, seconds, shocks)
    const timeMs = this.nowMs + seconds * 1_000
    const symbol = value.instrument.symbol
    if (jump !== 0) this.addNews({ timeMs, symbol, logSize: jump, scope: 'own' })
    const common = value.commonJumpSize(shocks.commonJump)
    if (common !== 0) this.addNews({ timeMs, symbol, logSize: common, scope: 'market' })
  }

  private stepVolatilities(): void {
    const seconds = this.sinceVolatilityMs / 1_000
    this.market.stepVolatility(seconds, this.steps)
    for (const value of this.values) value.stepVolatility(seconds, this.steps, this.market.logVolatility)
    this.sinceVolatilityMs = 0
    this.steps = 0
  }

  private addNews(news: News): void {
    this.news.push(news)
    if (this.news.length > NEWS_MAX) this.news.shift()
  }
}
