import type { MarketStatus } from '../../engine/command.ts'
import type { AppliedSplit } from '../../instruments.ts'
import type { CorporateAction } from '../../journal/corporate-actions.ts'
import type { ScenarioRun } from '../../simulator/scenarios.ts'
import { Plans } from '../news/plans.ts'
import type { OperatorSettings } from '../operator-watch.ts'
import type { LiveMarket } from './live-market.ts'
import { DAY_MS } from './session-close.ts'

/** A dividend lowers the price by at most this fraction. */
const FALL_MAX = 0.9

const NEWS_OF_STATUS = { open: 'resume', halted: 'halt', closed: 'close' } as const

type CalendarMarket = Pick<LiveMarket, 'engine' | 'simulator' | 'frames' | 'news' | 'open' | 'log'>

export interface CalendarParts {
  /** The last day charged with interest, in days since 1970-01-01 UTC; undefined before the first batch. */
  readonly chargedDay: number | undefined
  /** The highest price of a symbol's book after one more split. */
  readonly maxTicksAfter: (split: AppliedSplit) => number
}

/** A split that has been applied: the market must be reassembled. */
interface DoneSplit {
  readonly symbol: string
  /** The factor by which the price was multiplied. */
  readonly factor: number
}

/**
 * Scheduled events and operator actions: halts, dividends, splits, scenarios and daily interest. Each is applied in the
 * batch that records it, so that a crash neither loses nor repeats one.
 */
export class Calendar {
  readonly #market: CalendarMarket
  readonly #applied = new Set<number>()
  readonly #plans = new Plans()
  /** Symbols whose users' orders were canceled; no new ones are accepted until they are open again. */
  readonly #cleared = new Set<string>()
  readonly #maxTicksAfter: CalendarParts['maxTicksAfter']
  #chargedDay: CalendarParts['chargedDay']
  #split: DoneSplit | undefined

  constructor(market: CalendarMarket, { chargedDay, maxTicksAfter }: CalendarParts) {
    this.#market = market
    this.#chargedDay = chargedDay
    this.#maxTicksAfter = maxTicksAfter
  }

  /** The split that ends this market, if any. */
  get split(): DoneSplit | undefined {
    return this.#split
  }

  /** Applies what is due. @returns whether the status of an instrument has changed */
  run({ statuses, cleared, actions, scenarios }: OperatorSettings, timeMs: number): boolean {
    this.#charge(timeMs)
    this.#play(scenarios)
    const hasChanged = this.#setStatuses(statuses, timeMs)
    this.#clear(cleared, timeMs)
    this.#announcePlans(actions, timeMs)
    for (const action of actions) {
      if (this.#split !== undefined || action.atMs > timeMs) break
      if (!this.#applied.has(action.id)) this.#apply(action, timeMs)
    }
    return hasChanged
  }

  /** Halts and reopens, for users and simulated participants alike. */
  #setStatuses(statuses: ReadonlyMap<string, MarketStatus>, timeMs: number): boolean {
    const { engine, simulator, news, open, log } = this.#market
    let hasChanged = false
    for (const symbol of engine.symbols) {
      const status = statuses.get(symbol) ?? 'open'
      if (engine.status(symbol) === status) continue
      engine.apply({ kind: 'market.status', symbol, status }, timeMs)
      if (status === 'open') simulator.resume(symbol)
      else simulator.halt(symbol)
      news.publish(open, { kind: NEWS_OF_STATUS[status], symbol }, timeMs)
      log.info({ symbol, status }, 'exchange: the operator has changed the status of an instrument')
      hasChanged = true
    }
    return hasChanged
  }

  /** The progress of a scenario is part of the simulator's state. */
  #play(scenarios: ReadonlyMap<string, ScenarioRun>): void {
    const { engine, simulator, log } = this.#market
    for (const symbol of engine.symbols) {
      const run = scenarios.get(symbol)
      if (simulator.play(symbol, run)) log.info({ symbol, ...run }, 'exchange: the operator changed a scenario')
    }
  }

  /** Cancels the users' orders once, and again after a recovery, which may restore some. */
  #clear(cleared: ReadonlySet<string>, timeMs: number): void {
    const { engine } = this.#market
    for (const symbol of this.#cleared) if (!cleared.has(symbol)) this.#cleared.delete(symbol)
    for (const symbol of cleared) {
      if (this.#cleared.has(symbol) || !engine.symbols.includes(symbol)) continue
      this.#cleared.add(symbol)
      engine.apply({ kind: 'market.status', symbol, status: engine.status(symbol), cancelOrders: true }, timeMs)
    }
  }

  /**
   * Announces actions scheduled or withdrawn since this market began. An action that is due at once is only announced
   * when it is applied.
   */
  #announcePlans(actions: readonly CorporateAction[], timeMs: number): void {
    const { news, open } = this.#market
    const { made, gone } = this.#plans.changesTo(actions)
    for (const action of made) if (action.atMs > timeMs) news.publish(open, { ...action, stage: 'planned' }, timeMs)
    for (const action of gone) {
      if (!this.#applied.has(action.id)) news.publish(open, { ...action, stage: 'withdrawn' }, timeMs)
    }
  }

  /** At 00:00 UTC. Missed days are charged together as soon as possible. */
  #charge(timeMs: number): void {
    const { engine, open } = this.#market
    const today = Math.floor(timeMs / DAY_MS)
    if (this.#chargedDay !== undefined) {
      if (today <= this.#chargedDay) return
      engine.apply({ kind: 'margin.charge', days: today - this.#chargedDay }, timeMs)
    }
    this.#chargedDay = today
    open.chargedDay = today
  }

  #apply(action: CorporateAction, timeMs: number): void {
    const { engine, simulator, news, open, log } = this.#market
    const { symbol } = action
    if (!engine.symbols.includes(symbol)) return
    this.#applied.add(action.id)
    log.info({ action }, 'exchange: a corporate action is due')
    open.corporateActions.push(action.id)
    news.publish(open, { ...action, stage: 'applied' }, timeMs)
    if (action.kind === 'dividend') {
      const { centsPerLot } = action
      const fall = Math.min(FALL_MAX, centsPerLot / this.#centsOfLot(symbol))
      // The house's quotes are withdrawn and placed again at the new price: at the old one it would pay the dividend
      // twice.
      simulator.detach(symbol)
      engine.apply({ kind: 'corporate.dividend', symbol, centsPerLot }, timeMs)
      simulator.jump(symbol, Math.log(1 - fall))
      simulator.attach(symbol, engine.house(symbol))
      return
    }
    const { numerator, denominator } = action
    simulator.detach(symbol)
    const maxTicks = this.#maxTicksAfter({ symbol, numerator, denominator })
    engine.apply({ kind: 'corporate.split', symbol, numerator, denominator, maxTicks }, timeMs)
    this.#split = { symbol, factor: denominator / numerator }
  }

  /** The value of a lot at the reference price of the makers. */
  #centsOfLot(symbol: string): number {
    const { simulator, frames } = this.#market
    return simulator.referenceTicks(symbol) * frames.instrument(symbol).spec.centsPerTickLot
  }
}
