import type { EngineEvents } from '../../engine/event.ts'
import { FIRST_USER_ACCOUNT, type AccountNumber } from '../../engine/command.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Position } from '../../engine/state.ts'
import type { EquitySample } from '../../journal/equity.ts'

const MINUTE_MS = 60_000

/**
 * Decides when to sample each account's equity: once a minute while it has a position or has changed, and at once when
 * it is opened or reset. Accounts that have long not traded are sampled less often until they trade again.
 */
export class EquitySampler {
  readonly #engine: Engine
  readonly #changed = new Set<AccountNumber>()
  /** Symbols with open positions by account; accounts without any are absent. */
  readonly #positions = new Map<AccountNumber, Set<string>>()
  /** The sampling interval in ms of idle accounts with positions; all others are sampled every minute. */
  #idle = new Map<AccountNumber, number>()
  #minute: number

  /** @param positions open positions when the market is assembled */
  constructor(engine: Engine, positions: readonly Readonly<Position>[], timeMs: number) {
    this.#engine = engine
    for (const position of positions) this.#hold(position)
    this.#minute = Math.floor(timeMs / MINUTE_MS)
  }

  /**
   * Notes changes.
   * @returns samples of accounts that were opened or reset, and of those without a position whose cash has changed: a new
   * leader would not know of these changes
   */
  note({ accounts, positions, entries }: EngineEvents, timeMs: number): readonly EquitySample[] {
    for (const position of positions) this.#hold(position)
    const samples: EquitySample[] = []
    for (const { account, cause } of accounts) {
      const { account: number } = account
      if (number < FIRST_USER_ACCOUNT) continue
      if (account.isClosed === true) {
        this.#changed.delete(number)
        this.#idle.delete(number)
        continue
      }
      this.#changed.add(number)
      this.#idle.delete(number)
      const begins = account.seq === 1 || cause === 'reset'
      const hasMoved = () => entries.some((entry) => entry.account === number || entry.counter === number)
      if (begins || (!this.#positions.has(number) && hasMoved())) samples.push(this.#sample(number, timeMs))
    }
    return samples
  }

  /** Samples for the minute that has just ended, once. */
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

  /** Replaces the idle accounts and their sampling intervals in ms. */
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
