import type {
  AmendOrder,
  Command,
  OrderReference,
  OrderType,
  PlaceOrder,
  Side,
  StopLoss,
  TakeProfit,
  TimeInForce,
} from '../../server/engine/command.ts'
import type { InstrumentSpec } from '../../server/engine/instrument.ts'
import type { Order } from '../../server/engine/state.ts'
import type { Chance } from './chance.ts'
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
const START_TICKS: Readonly<Record<string, number>> = { SHARE: 1_000, COIN: 300, PENNY: 40 }
const START_MS = 1_000_000
/** Approximate number of resting orders of the house per book. */
const HOUSE_ORDERS = 24
const DAY_MS = 86_400_000
const SPLITS = [[2, 1], [1, 2], [3, 2], [2, 3], [3, 1], [1, 3], [7, 5]] as const // prettier-ignore

/** Generates actions, mostly near the current prices, so that many have effects. */
export class Generator {
  private readonly chance: Chance
  private readonly player: Player
  private readonly fair = new Map(Object.entries(START_TICKS))
  private readonly accounts: number[] = []
  private lastAccount = 0
  private readonly shut = new Set<string>()
  private nowMs = START_MS
  private ids = 0
  private epoch = 0
  private waiting: Action[] = []

  /** @param player whose state is read; each action must be played there before the next is generated */
  constructor(chance: Chance, player: Player) {
    this.chance = chance
    this.player = player
    this.waiting = [this.newEpoch(), ...USERS.map(({ account, cents, mode }) => this.open(account, cents, mode))]
  }

  next(): Action {
    const first = this.waiting.shift()
    if (first !== undefined) return first
    const { chance } = this
    this.nowMs += chance.between(0, 40)
    this.drift()
    return chance.weighted<() => Action>([
      [24, () => this.quote()],
      [9, () => this.houseTakes()],
      [7, () => this.quanta()],
      [30, () => this.command(this.order())],
      [9, () => this.command(this.amendment())],
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
    return { what: 'command', command, timeMs: this.nowMs }
  }

  private open(account: number, startingCents: number, mode: 'cash' | 'margin'): Action {
    this.accounts.push(account)
    this.lastAccount = account
    return this.command({ kind: 'account.open', account, name: `user ${account}`, startingCents, mode })
  }

  private close(): Action {
    const account = this.chance.one(this.accounts)
    this.accounts.splice(this.accounts.indexOf(account), 1)
    return this.command({ kind: 'account.close', account })
  }

  private newEpoch(): Action {
    return { what: 'epoch', epoch: ++this.epoch }
  }

  /** Moves fair prices, sometimes with a jump that is large enough for margin calls. */
  private drift(): void {
    const { chance } = this
    const { symbol, maxTicks } = chance.one(INSTRUMENTS)
    const before = this.fairOf(symbol)
    const start = START_TICKS[symbol] ?? 1
    const pull = before > 2 * start ? -0.02 : before < start / 2 ? 0.02 : 0
    const jump = chance.oneIn(150) ? chance.between(-12, 12) / 100 : 0
    const step = chance.oneIn(3) ? chance.between(-2, 2) : 0
    const after = Math.round(before * (1 + pull + jump) + step)
    this.fair.set(symbol, Math.min(Math.floor(maxTicks / 2), Math.max(8, after)))
  }

  private fairOf(symbol: string): number {
    return this.fair.get(symbol) ?? 1
  }

  private quote(): Action {
    const { chance, nowMs: timeMs } = this
    const { symbol, maxTicks } = chance.one(INSTRUMENTS)
    const resting = [...(this.player.houseOrders.get(symbol) ?? [])]
    if (resting.length > 0 && chance.next() < resting.length / HOUSE_ORDERS / 2) {
      const fair = this.fairOf(symbol)
      const farthest = resting.reduce((a, b) => (Math.abs(b[1].ticks - fair) > Math.abs(a[1].ticks - fair) ? b : a))
      return { what: 'withdraw', symbol, id: chance.oneIn(2) ? farthest[0] : chance.one(resting)[0] }
    }
    const side = chance.one(['buy', 'sell'] as const)
    const away = chance.between(1, symbol === 'PENNY' ? 3 : 8)
    const ticks = clamp(this.fairOf(symbol) + (side === 'buy' ? -away : away), maxTicks)
    return { what: 'house', id: ++this.ids, symbol, side, ticks, lots: this.lots(), timeMs }
  }

  private houseTakes(): Action {
    const { chance, nowMs: timeMs } = this
    const { symbol, maxTicks } = chance.one(INSTRUMENTS)
    const side = chance.one(['buy', 'sell'] as const)
    const beyond = chance.between(-2, chance.oneIn(10) ? 40 : 8)
    const ticks = clamp(this.fairOf(symbol) + (side === 'buy' ? beyond : -beyond), maxTicks)
    return { what: 'take', symbol, side, ticks, lots: this.lots(), timeMs }
  }

  private quanta(): Action {
    const { chance } = this
    const count = chance.oneIn(12) ? chance.between(20, 60) : chance.between(1, 5)
    if (chance.oneIn(25)) this.nowMs += chance.between(1_000, 10_000)
    this.nowMs += count * QUANTUM_MS
    return { what: 'quanta', count, timeMs: this.nowMs }
  }

  private lots(): number {
    const { chance } = this
    return chance.weighted([
      [5, () => chance.between(1, 5)],
      [5, () => chance.between(4, 30)],
      [1, () => chance.between(30, 200)],
    ])()
  }

  /** An account, an instrument, its prices, and the account's position. */
  private scene() {
    const { chance, player } = this
    const account = chance.one(this.accounts)
    const spec = chance.one(INSTRUMENTS)
    const held = player.exchange.positions(account).find(({ symbol }) => symbol === spec.symbol)?.lots ?? 0
    const { bidTicks, askTicks } = player.exchange.house(spec.symbol)
    const fair = this.fairOf(spec.symbol)
    return { account, spec, symbol: spec.symbol, held, bid: bidTicks || fair, ask: askTicks || fair, fair }
  }

  private order(): PlaceOrder {
    const { chance } = this
    const scene = this.scene()
    const { account, spec, symbol, held, bid, ask } = scene
    const exit: Side = held > 0 ? 'sell' : 'buy'
    const side = held !== 0 && chance.oneIn(2) ? exit : chance.one(['buy', 'buy', 'sell'] as const)
    const type = chance.weighted<OrderType>([
      [45, 'limit'],
      [18, 'market'],
      [12, 'stop'],
      [11, 'stop_limit'],
      [11, 'trailing_stop'],
    ])
    const timeInForce = this.timeInForce(type)
    const isReducing = chance.oneIn(side === exit && held !== 0 ? 3 : 40)
    const lots = this.orderLots(scene)
    const isNotional = type === 'market' && chance.oneIn(3)
    const touch = side === 'buy' ? ask : bid
    const away = chance.weighted([
      [10, () => chance.between(-6, 3)],
      [2, () => chance.between(-60, 20)],
      [1, () => Math.round((spec.priceBandBps / 10_000) * touch) + chance.between(-2, 3)],
    ])()
    const limitTicks = clamp(side === 'buy' ? touch + away : touch - away, spec.maxTicks)
    const hasLimit = type === 'limit' || type === 'stop_limit'
    const stop = this.stopFields(type, side, scene)
    const limit =
      type === 'stop_limit' ? clamp((stop.stopTicks ?? 1) + chance.between(-5, 5), spec.maxTicks) : limitTicks
    return {
      kind: 'order.place',
      account,
      clientOrderId: `c${++this.ids}`,
      symbol,
      side,
      type,
      lots: isNotional ? 0 : lots,
      ...(isNotional ? { notionalCents: chance.between(20, lots * touch * spec.centsPerTickLot) } : {}),
      limitTicks: hasLimit ? limit : 0,
      ...stop,
      timeInForce,
      ...(timeInForce === 'day' || timeInForce === 'gtd' ? { expireAtMs: this.end() } : {}),
      postOnly: type === 'limit' && rests(timeInForce) && chance.oneIn(5),
      reduceOnly: isReducing,
      ...(isReducing || !chance.oneIn(4) ? {} : this.exits(side, touch, spec)),
      selfTrade: chance.one(['cancel_maker', 'cancel_taker', 'cancel_both'] as const),
      source: 'api',
      ...(chance.oneIn(5) ? { tag: 'tag' } : {}),
    }
  }

  /** Sometimes about the size of the position, sometimes about all that the account can pay for. */
  private orderLots({ account, spec, held, ask }: ReturnType<Generator['scene']>): number {
    const { chance } = this
    if (held !== 0 && chance.oneIn(3)) return Math.max(1, Math.abs(held) - chance.between(-1, 3))
    const { mode } = this.player.exchange.account(account) ?? { mode: 'cash' }
    if (!chance.oneIn(mode === 'margin' ? 2 : 4)) return this.lots()
    const bps = mode === 'margin' ? spec.initialMarginBps : 10_000
    const lotCents = (ask * spec.centsPerTickLot * bps) / 10_000
    const most = Math.floor((this.player.exchange.buyingPower(account) / lotCents) * (chance.between(80, 102) / 100))
    return Math.min(300, Math.max(1, most))
  }

  private timeInForce(type: OrderType): TimeInForce {
    const { chance } = this
    if (type === 'market') return chance.oneIn(5) ? 'fok' : 'ioc'
    if (type === 'limit')
      return chance.one(['gtc', 'gtc', 'gtc', 'gtc', 'gtc', 'gtc', 'gtc', 'gtc', 'ioc', 'fok', 'day', 'gtd'] as const)
    return chance.one(['gtc', 'gtc', 'gtc', 'day', 'gtd', type === 'stop_limit' ? 'ioc' : 'gtc'] as const)
  }

  private end(): number {
    return this.nowMs + this.chance.between(1, 20_000)
  }

  private stopFields(type: OrderType, side: Side, { fair, spec }: { fair: number; spec: InstrumentSpec }) {
    const { chance } = this
    if (type === 'trailing_stop') {
      return chance.oneIn(2) ? { trailTicks: chance.between(1, 10) } : { trailBps: chance.between(5, 400) }
    }
    if (type !== 'stop' && type !== 'stop_limit') return {}
    const away = chance.oneIn(12) ? chance.between(-12, 80) : chance.between(0, 9)
    return { stopTicks: clamp(side === 'buy' ? fair + away : fair - away, spec.maxTicks) }
  }

  /** Exits for an entry on this side, mostly on the right sides of the price. */
  private exits(entry: Side, ticks: number, { maxTicks }: InstrumentSpec) {
    const { chance } = this
    const sign = (entry === 'buy' ? 1 : -1) * (chance.oneIn(8) ? -1 : 1)
    const at = (away: number) => clamp(ticks + sign * away, maxTicks)
    const which = chance.between(1, 3)
    const ends = () => (chance.oneIn(6) ? { expireAtMs: this.end() } : {})
    const takeProfit: TakeProfit = { limitTicks: at(chance.between(0, 8)), ...ends() }
    const stopTicks = at(-chance.between(0, 8))
    const stopLoss: StopLoss = {
      ...chance.weighted<StopLoss>([
        [4, { stopTicks }],
        [2, { stopTicks, limitTicks: clamp(stopTicks - sign * chance.between(-2, 5), maxTicks) }],
        [2, { trailBps: chance.between(5, 300) }],
        [1, { trailBps: chance.between(5, 300), stopTicks }],
      ]),
      ...ends(),
    }
    return { ...(which !== 2 ? { takeProfit } : {}), ...(which !== 1 ? { stopLoss } : {}) }
  }

  /** An open order of a random account. */
  private someOrder(): { readonly account: number; readonly order: Readonly<Order> | undefined } {
    const { chance } = this
    const account = chance.one(this.accounts)
    const orders = this.player.exchange.openOrders(account)
    return { account, order: orders.length === 0 ? undefined : chance.one(orders) }
  }

  private reference(order: Readonly<Order> | undefined): OrderReference {
    if (order === undefined || this.chance.oneIn(60)) return { number: 1_000_000 }
    return this.chance.oneIn(2) ? { number: order.number } : { clientOrderId: order.clientOrderId }
  }

  private amendment(): AmendOrder {
    const { chance } = this
    const { account, order } = this.someOrder()
    const base = { kind: 'order.amend', account, order: this.reference(order) } as const
    if (order === undefined) return { ...base, lots: 1 }
    const { maxTicks } = INSTRUMENTS.find(({ symbol }) => symbol === order.symbol) ?? { maxTicks: 1 }
    const near = (ticks: number) => clamp(ticks + chance.between(-4, 4), maxTicks)
    const isOdd = chance.oneIn(20)
    const isLimit = order.type === 'limit' || order.type === 'stop_limit'
    const waits = order.status === 'held' || order.status === 'untriggered'
    const isTrailing = order.type === 'trailing_stop'
    const changesLots = (order.role === undefined && chance.oneIn(2)) || isOdd
    const trail = chance.oneIn(2) ? { trailTicks: chance.between(1, 9) } : { trailBps: chance.between(5, 300) }
    return {
      ...base,
      ...(changesLots ? { lots: Math.max(0, order.lots + chance.between(-6, 3)) } : {}),
      ...((isLimit && chance.oneIn(2)) || isOdd ? { limitTicks: near(order.limitTicks) } : {}),
      ...((!isLimit || order.type === 'stop_limit') && !isTrailing && waits && chance.oneIn(2)
        ? { stopTicks: near(order.stopTicks) }
        : {}),
      ...(isTrailing && chance.oneIn(2) ? trail : {}),
    }
  }

  private cancellation(): Command {
    const { account, order } = this.someOrder()
    return { kind: 'order.cancel', account, order: this.reference(order) }
  }

  private cancellationOfAll(): Command {
    const { chance } = this
    const { account, symbol } = this.scene()
    return {
      kind: 'order.cancelAll',
      account,
      ...(chance.oneIn(2) ? { symbol } : {}),
      ...(chance.oneIn(2) ? { side: chance.one(['buy', 'sell'] as const) } : {}),
    }
  }

  /** Prefers an account with a position. */
  private sceneWithPosition() {
    let scene = this.scene()
    for (let tries = 0; tries < 6 && scene.held === 0; tries++) scene = this.scene()
    return scene
  }

  private closing(): Command {
    const { chance } = this
    const { account, symbol, held } = this.sceneWithPosition()
    const lots = Math.max(1, chance.between(1, Math.abs(held) + 1))
    return { kind: 'position.close', account, symbol, source: 'web', ...(chance.oneIn(2) ? { lots } : {}) }
  }

  private protection(): Command {
    const { chance } = this
    const { account, symbol, held, spec, fair } = this.sceneWithPosition()
    const lots = Math.max(1, chance.between(1, Math.abs(held) + 1))
    return {
      kind: 'position.protect',
      account,
      symbol,
      source: 'web',
      ...(chance.oneIn(3) ? { lots } : {}),
      ...(chance.oneIn(8) ? {} : this.exits(held < 0 ? 'sell' : 'buy', fair, spec)),
    }
  }

  private deadMan(): Command {
    const { chance } = this
    const { account, symbol } = this.scene()
    return {
      kind: 'cancelAfter',
      account,
      timeoutMs: chance.oneIn(5) ? 0 : chance.between(100, 8_000),
      ...(chance.oneIn(2) ? { symbols: [symbol] } : {}),
      keepProtective: chance.oneIn(2),
    }
  }

  private accountCommand(): Command {
    const { chance } = this
    const account = chance.one(this.accounts)
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
    const { chance } = this
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
    const { chance } = this
    const { symbol, centsPerTickLot } = chance.one(INSTRUMENTS)
    return chance.weighted<() => Command>([
      [4, () => ({ kind: 'margin.charge', days: chance.one([1, 1, 3]) })],
      [2, () => ({ kind: 'corporate.dividend', symbol, centsPerLot: chance.between(1, 3 * centsPerTickLot) })],
      [2, () => this.split(symbol)],
    ])()
  }

  /** A split that moves the price towards the instrument's start price. */
  private split(symbol: string): Command {
    const fair = this.fairOf(symbol)
    const isDear = fair > (START_TICKS[symbol] ?? 1)
    const [numerator, denominator] = this.chance.one(SPLITS.filter(([n, m]) => n > m === isDear))
    this.fair.set(symbol, Math.max(8, Math.round((fair * denominator) / numerator)))
    const { maxTicks = 1 } = INSTRUMENTS.find((instrument) => instrument.symbol === symbol) ?? {}
    return { kind: 'corporate.split', symbol, numerator, denominator, maxTicks: maxTicks * this.chance.between(1, 2) }
  }

  private rareAction(): Action {
    const { chance } = this
    return chance.weighted<() => Action>([
      [2, () => ({ what: 'postpone', gapMs: chance.between(1, 5_000) })],
      [2, () => ({ what: 'waters', timeMs: this.nowMs })],
      [1, () => this.newEpoch()],
      [
        1,
        () => {
          if (this.accounts.length >= ACCOUNTS_MAX) return this.quanta()
          return this.open(
            this.lastAccount + 1,
            chance.between(2_000, 100_000),
            chance.one(['cash', 'margin'] as const),
          )
        },
      ],
      [1, () => (this.accounts.length > ACCOUNTS_MIN ? this.close() : this.quanta())],
      [1, () => this.nextDay()],
    ])()
  }

  private nextDay(): Action {
    this.nowMs += DAY_MS
    return { what: 'quanta', count: 1, timeMs: this.nowMs }
  }
}

const rests = (timeInForce: TimeInForce): boolean => timeInForce !== 'ioc' && timeInForce !== 'fok'
const clamp = (ticks: number, maxTicks: number): number => Math.min(maxTicks, Math.max(1, ticks))
