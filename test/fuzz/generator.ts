import type { Command } from '../../server/engine/command.ts'
import type { Chance } from './chance.ts'
import { clamp, Market, START_TICKS } from './market.ts'
import { OrderGenerator } from './order-generator.ts'
import { type Action, INSTRUMENTS, type Player, QUANTUM_MS } from './player.ts'

/** Accounts of both modes with much and little cash; little for those that should get margin calls. */
const USERS = [
  { account: 16, cents: 30_000_000, mode: 'cash' },
  { account: 17, cents: 15_000, mode: 'cash' },
  { account: 18, cents: 30_000_000, mode: 'margin' },
  { account: 19, cents: 8_000, mode: 'margin' },
  { account: 20, cents: 2_500, mode: 'margin' },
  { account: 21, cents: 100_000, mode: 'cash' },
] as const
const ACCOUNTS_MAX = 9
const ACCOUNTS_MIN = 4
/** Approximate number of resting orders of the house per book. */
const HOUSE_ORDERS = 24
const DAY_MS = 86_400_000
const SPLITS = [[2, 1], [1, 2], [3, 2], [2, 3], [3, 1], [1, 3], [7, 5]] as const // prettier-ignore

/** Generates actions, mostly near the current prices, so that many have effects. */
export class Generator {
  private readonly market: Market
  private readonly orders: OrderGenerator
  private lastAccount = 0
  private readonly shut = new Set<string>()
  private epoch = 0
  private waiting: Action[] = []

  /** @param player whose state is read; each action must be played there before the next is generated */
  constructor(chance: Chance, player: Player) {
    this.market = new Market(chance, player)
    this.orders = new OrderGenerator(this.market)
    this.waiting = [this.newEpoch(), ...USERS.map(({ account, cents, mode }) => this.open(account, cents, mode))]
  }

  next(): Action {
    const first = this.waiting.shift()
    if (first !== undefined) return first
    const { chance } = this.market
    this.market.nowMs += chance.between(0, 40)
    this.market.drift()
    return chance.weighted<() => Action>([
      [24, () => this.quote()],
      [9, () => this.houseTakes()],
      [7, () => this.quanta()],
      [30, () => this.command(this.orders.order())],
      [9, () => this.command(this.orders.amendment())],
      [5, () => this.command(this.cancellation())],
      [1, () => this.command(this.cancellationOfAll())],
      [3, () => this.command(this.closing())],
      [5, () => this.command(this.protection())],
      [1, () => this.command(this.deadMan())],
      [2, () => this.command(this.accountCommand())],
      [this.shut.size > 0 ? 4 : 0.5, () => this.command(this.marketStatus())],
      [0.5, () => this.command(this.rareCommand())],
      [0.3, () => this.rareAction()],
    ])()
  }

  private command(command: Command): Action {
    return { what: 'command', command, timeMs: this.market.nowMs }
  }

  private open(account: number, startingCents: number, mode: 'cash' | 'margin'): Action {
    this.market.accounts.push(account)
    this.lastAccount = account
    return this.command({ kind: 'account.open', account, name: `user ${account}`, startingCents, mode })
  }

  private close(): Action {
    const account = this.market.chance.one(this.market.accounts)
    this.market.accounts.splice(this.market.accounts.indexOf(account), 1)
    return this.command({ kind: 'account.close', account })
  }

  private newEpoch(): Action {
    return { what: 'epoch', epoch: ++this.epoch }
  }

  private quote(): Action {
    const { chance, nowMs: timeMs } = this.market
    const { symbol, maxTicks } = chance.one(INSTRUMENTS)
    const resting = [...(this.market.player.houseOrders.get(symbol) ?? [])]
    if (resting.length > 0 && chance.next() < resting.length / HOUSE_ORDERS / 2) {
      const fair = this.market.fairOf(symbol)
      const farthest = resting.reduce((a, b) => (Math.abs(b[1].ticks - fair) > Math.abs(a[1].ticks - fair) ? b : a))
      return { what: 'withdraw', symbol, id: chance.oneIn(2) ? farthest[0] : chance.one(resting)[0] }
    }
    const side = chance.one(['buy', 'sell'] as const)
    const away = chance.between(1, symbol === 'PENNY' ? 3 : 8)
    const ticks = clamp(this.market.fairOf(symbol) + (side === 'buy' ? -away : away), maxTicks)
    return { what: 'house', id: this.market.newId(), symbol, side, ticks, lots: this.market.lots(), timeMs }
  }

  private houseTakes(): Action {
    const { chance, nowMs: timeMs } = this.market
    const { symbol, maxTicks } = chance.one(INSTRUMENTS)
    const side = chance.one(['buy', 'sell'] as const)
    const beyond = chance.between(-2, chance.oneIn(10) ? 40 : 8)
    const ticks = clamp(this.market.fairOf(symbol) + (side === 'buy' ? beyond : -beyond), maxTicks)
    return { what: 'take', symbol, side, ticks, lots: this.market.lots(), timeMs }
  }

  private quanta(): Action {
    const { chance } = this.market
    const count = chance.oneIn(12) ? chance.between(20, 60) : chance.between(1, 5)
    if (chance.oneIn(25)) this.market.nowMs += chance.between(1_000, 10_000)
    this.market.nowMs += count * QUANTUM_MS
    return { what: 'quanta', count, timeMs: this.market.nowMs }
  }

  private cancellation(): Command {
    const { account, order } = this.market.someOrder()
    return { kind: 'order.cancel', account, order: this.market.reference(order) }
  }

  private cancellationOfAll(): Command {
    const { chance } = this.market
    const { account, symbol } = this.market.scene()
    return {
      kind: 'order.cancelAll',
      account,
      ...(chance.oneIn(2) ? { symbol } : {}),
      ...(chance.oneIn(2) ? { side: chance.one(['buy', 'sell'] as const) } : {}),
    }
  }

  private closing(): Command {
    const { chance } = this.market
    const { account, symbol, held } = this.market.sceneWithPosition()
    const lots = Math.max(1, chance.between(1, Math.abs(held) + 1))
    return { kind: 'position.close', account, symbol, source: 'web', ...(chance.oneIn(2) ? { lots } : {}) }
  }

  private protection(): Command {
    const { chance } = this.market
    const { account, symbol, held, spec, fair } = this.market.sceneWithPosition()
    const lots = Math.max(1, chance.between(1, Math.abs(held) + 1))
    return {
      kind: 'position.protect',
      account,
      symbol,
      source: 'web',
      ...(chance.oneIn(3) ? { lots } : {}),
      ...(chance.oneIn(8) ? {} : this.orders.exits(held < 0 ? 'sell' : 'buy', fair, spec)),
    }
  }

  private deadMan(): Command {
    const { chance } = this.market
    const { account, symbol } = this.market.scene()
    return {
      kind: 'cancelAfter',
      account,
      timeoutMs: chance.oneIn(5) ? 0 : chance.between(100, 8_000),
      ...(chance.oneIn(2) ? { symbols: [symbol] } : {}),
      keepProtective: chance.oneIn(2),
    }
  }

  private accountCommand(): Command {
    const { chance } = this.market
    const account = chance.one(this.market.accounts)
    const cents = chance.oneIn(2) ? chance.between(1, 3_000) : chance.between(1, 300_000)
    return chance.weighted<() => Command>([
      [3, () => ({ kind: 'account.deposit', account, cents: chance.between(1, 3_000) })],
      [4, () => ({ kind: 'account.withdraw', account, cents })],
      [1, () => ({ kind: 'account.update', account, name: `user ${account}${chance.between(0, 1)}` })],
      [3, () => ({ kind: 'account.update', account, mode: chance.one(['cash', 'margin'] as const) })],
      [1, () => ({ kind: 'account.reset', account, startingCents: chance.between(2_000, 100_000) })],
    ])()
  }

  /** Closed instruments are soon opened again. */
  private marketStatus(): Command {
    const { chance } = this.market
    const shut = [...this.shut]
    if (shut.length > 0 && !chance.oneIn(4)) {
      const symbol = chance.one(shut)
      this.shut.delete(symbol)
      return { kind: 'market.status', symbol, status: 'open' }
    }
    const { symbol } = chance.one(INSTRUMENTS)
    const status = chance.one(['halted', 'closed', 'open'] as const)
    if (status === 'open') this.shut.delete(symbol)
    else this.shut.add(symbol)
    return {
      kind: 'market.status',
      symbol,
      status,
      ...(status !== 'open' && chance.oneIn(3) ? { cancelOrders: true } : {}),
    }
  }

  private rareCommand(): Command {
    const { chance } = this.market
    const { symbol, centsPerTickLot } = chance.one(INSTRUMENTS)
    return chance.weighted<() => Command>([
      [4, () => ({ kind: 'margin.charge', days: chance.one([1, 1, 3]) })],
      [2, () => ({ kind: 'corporate.dividend', symbol, centsPerLot: chance.between(1, 3 * centsPerTickLot) })],
      [2, () => this.split(symbol)],
    ])()
  }

  /** A split that moves the price towards the instrument's start price. */
  private split(symbol: string): Command {
    const fair = this.market.fairOf(symbol)
    const isDear = fair > (START_TICKS[symbol] ?? 1)
    const [numerator, denominator] = this.market.chance.one(SPLITS.filter(([n, m]) => n > m === isDear))
    this.market.setFair(symbol, Math.max(8, Math.round((fair * denominator) / numerator)))
    const { maxTicks = 1 } = INSTRUMENTS.find((instrument) => instrument.symbol === symbol) ?? {}
    return {
      kind: 'corporate.split',
      symbol,
      numerator,
      denominator,
      maxTicks: maxTicks * this.market.chance.between(1, 2),
    }
  }

  private rareAction(): Action {
    const { chance } = this.market
    return chance.weighted<() => Action>([
      [2, () => ({ what: 'postpone', gapMs: chance.between(1, 5_000) })],
      [2, () => ({ what: 'waters', timeMs: this.market.nowMs })],
      [1, () => this.newEpoch()],
      [
        1,
        () => {
          if (this.market.accounts.length >= ACCOUNTS_MAX) return this.quanta()
          return this.open(
            this.lastAccount + 1,
            chance.between(2_000, 100_000),
            chance.one(['cash', 'margin'] as const),
          )
        },
      ],
      [1, () => (this.market.accounts.length > ACCOUNTS_MIN ? this.close() : this.quanta())],
      [1, () => this.nextDay()],
    ])()
  }

  private nextDay(): Action {
    this.market.nowMs += DAY_MS
    return { what: 'quanta', count: 1, timeMs: this.market.nowMs }
  }
}
