import type { EngineEvents } from '../../engine/event.ts'
import { FIRST_USER_ACCOUNT, type AccountNumber } from '../../engine/command.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Position } from '../../engine/state.ts'
import type { EquitySample } from '../../journal/equity.ts'

const MINUTE_MS = 60_000

/**
 * Points of the curve of each account's equity: one a minute where it holds a position or has changed since, and the first
 * one when it begins, or begins anew. Who has long not traded gets fewer, until it does.
 */
export class EquitySampler {
  readonly #engine: Engine
  readonly #changed = new Set<AccountNumber>()
  /** Open positions by account; an account without any is not in it. */
  readonly #positions = new Map<AccountNumber, Set<string>>()
  /** How often an account that holds something is sampled as long as it does not change, in ms; a minute for all others. */
  #idle = new Map<AccountNumber, number>()
  #minute: number

  /** @param positions those that are open when the market is put together */
  constructor(engine: Engine, positions: readonly Readonly<Position>[], timeMs: number) {
    this.#engine = engine
    for (const position of positions) this.#hold(position)
    this.#minute = Math.floor(timeMs / MINUTE_MS)
  }

  /**
   * Notes what has changed.
   * @returns the samples of accounts that begin, and of those without a position whose cash has changed: a successor would not
   *   know of the change
   */
  note({ accounts, positions, entries }: EngineEvents, timeMs: number): readonly EquitySample[] {
    for (const position of positions) this.#hold(position)
    const samples: EquitySample[] = []
    for (const { account, cause } of accounts) {
      const { account: number } = account
      if (number < FIRST_USER_ACCOUNT) continue
      this.#changed.add(number)
      this.#idle.delete(number)
      const begins = account.seq === 1 || cause === 'reset'
      const hasMoved = () => entries.some((entry) => entry.account === number || entry.counter === number)
      if (begins || (!this.#positions.has(number) && hasMoved())) samples.push(this.#sample(number, timeMs))
    }
    return samples
  }

  /** The samples of the minute that is over, once; none within a minute. */
  due(timeMs: number): readonly EquitySample[] {
    const minute = Math.floor(timeMs / MINUTE_MS)
    if (minute === this.#minute) return []
    const atMs = minute * MINUTE_MS
    const sinceMs = this.#minute * MINUTE_MS
    this.#minute = minute
    const accounts = new Set(this.#changed)
    for (const account of this.#positions.keys()) {
      const stepMs = this.#idle.get(account) ?? MINUTE_MS
      if (Math.floor(atMs / stepMs) > Math.floor(sinceMs / stepMs)) accounts.add(account)
    }
    this.#changed.clear()
    return [...accounts].map((account) => this.#sample(account, atMs))
  }

  /** Who is idle from now on, and how often each is sampled then, in ms. */
  rest(idle: ReadonlyMap<AccountNumber, number>): void {
    this.#idle = new Map(idle)
  }

  #sample(account: AccountNumber, atMs: number): EquitySample {
    const cashCents = this.#engine.account(account)?.cashCents ?? 0
    return { account, atMs, equityCents: this.#engine.marginFigures(account).equityCents, cashCents }
  }

  #hold({ account, symbol, lots }: Readonly<Position>): void {
    if (account < FIRST_USER_ACCOUNT) return
    const held = this.#positions.get(account)
    if (lots === 0) {
      held?.delete(symbol)
      if (held?.size === 0) this.#positions.delete(account)
    } else if (held === undefined) this.#positions.set(account, new Set([symbol]))
    else held.add(symbol)
  }
}
