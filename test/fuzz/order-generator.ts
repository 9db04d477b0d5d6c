import type {
  AmendOrder,
  OrderType,
  PlaceOrder,
  Side,
  StopLoss,
  TakeProfit,
  TimeInForce,
} from '../../server/engine/command.ts'
import type { InstrumentSpec } from '../../server/engine/instrument.ts'
import { clamp, type Market } from './market.ts'
import { INSTRUMENTS } from './player.ts'

/** Generates orders of every type, amendments and exits, mostly near the current prices. */
export class OrderGenerator {
  private readonly market: Market

  constructor(market: Market) {
    this.market = market
  }

  order(): PlaceOrder {
    const { chance } = this.market
    const scene = this.market.scene()
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
      clientOrderId: `c${this.market.newId()}`,
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

  amendment(): AmendOrder {
    const { chance } = this.market
    const { account, order } = this.market.someOrder()
    const base = { kind: 'order.amend', account, order: this.market.reference(order) } as const
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

  /** Exits for an entry on this side, mostly on the right sides of the price. */
  exits(entry: Side, ticks: number, { maxTicks }: InstrumentSpec) {
    const { chance } = this.market
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

  /** Sometimes about the size of the position, sometimes about all that the account can pay for. */
  private orderLots({ account, spec, held, ask }: ReturnType<Market['scene']>): number {
    const { chance } = this.market
    if (held !== 0 && chance.oneIn(3)) return Math.max(1, Math.abs(held) - chance.between(-1, 3))
    const { mode } = this.market.player.exchange.account(account) ?? { mode: 'cash' }
    if (!chance.oneIn(mode === 'margin' ? 2 : 4)) return this.market.lots()
    const bps = mode === 'margin' ? spec.initialMarginBps : 10_000
    const lotCents = (ask * spec.centsPerTickLot * bps) / 10_000
    const most = Math.floor(
      (this.market.player.exchange.buyingPower(account) / lotCents) * (chance.between(80, 102) / 100),
    )
    return Math.min(300, Math.max(1, most))
  }

  private timeInForce(type: OrderType): TimeInForce {
    const { chance } = this.market
    if (type === 'market') return chance.oneIn(5) ? 'fok' : 'ioc'
    if (type === 'limit')
      return chance.one(['gtc', 'gtc', 'gtc', 'gtc', 'gtc', 'gtc', 'gtc', 'gtc', 'ioc', 'fok', 'day', 'gtd'] as const)
    return chance.one(['gtc', 'gtc', 'gtc', 'day', 'gtd', type === 'stop_limit' ? 'ioc' : 'gtc'] as const)
  }

  private end(): number {
    return this.market.nowMs + this.market.chance.between(1, 20_000)
  }

  private stopFields(type: OrderType, side: Side, { fair, spec }: { fair: number; spec: InstrumentSpec }) {
    const { chance } = this.market
    if (type === 'trailing_stop') {
      return chance.oneIn(2) ? { trailTicks: chance.between(1, 10) } : { trailBps: chance.between(5, 400) }
    }
    if (type !== 'stop' && type !== 'stop_limit') return {}
    const away = chance.oneIn(12) ? chance.between(-12, 80) : chance.between(0, 9)
    return { stopTicks: clamp(side === 'buy' ? fair + away : fair - away, spec.maxTicks) }
  }
}

const rests = (timeInForce: TimeInForce): boolean => timeInForce !== 'ioc' && timeInForce !== 'fok'
