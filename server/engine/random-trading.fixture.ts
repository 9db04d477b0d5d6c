import fc from 'fast-check'
import type {
  AccountCommand,
  AccountNumber,
  AmendOrder,
  MarketStatus,
  OrderType,
  PlaceOrder,
  Side,
  StopLoss,
  TakeProfit,
  TimeInForce,
} from './command.ts'
import type { CommandResult } from './command-result.ts'
import type { Engine } from './engine.ts'
import type { EngineEvents } from './event.ts'
import { NO_SLOT } from './house.ts'
import { ANN, BEN, COIN, orderOf, SHARE, START_MS } from './engine.fixture.ts'

/** For property tests: everything that users and the house may do, and a player that does it on an engine. */
export const CAROL: AccountNumber = BEN + 1
export const USERS = [ANN, BEN, CAROL]
export const SYMBOLS = [SHARE.symbol, COIN.symbol]
const CAROL_CENTS = 1_000_000

/** Times are relative to the action. */
export type Action =
  | { readonly what: 'place' | 'preview'; readonly order: PlaceOrder }
  | { readonly what: 'command'; readonly command: AccountCommand }
  | { readonly what: 'cancel'; readonly account: AccountNumber; readonly which: number }
  | {
      readonly what: 'amend'
      readonly account: AccountNumber
      readonly which: number
      readonly terms: Omit<AmendOrder, 'kind' | 'account' | 'order'>
    }
  | {
      readonly what: 'house' | 'take'
      readonly symbol: string
      readonly side: Side
      readonly ticks: number
      readonly lots: number
    }
  | { readonly what: 'withdraw'; readonly symbol: string; readonly which: number }
  | { readonly what: 'quantum'; readonly afterMs: number }
  | { readonly what: 'status'; readonly symbol: string; readonly status: MarketStatus; readonly cancelOrders: boolean }

const account = fc.constantFrom(...USERS)
const symbol = fc.constantFrom(...SYMBOLS)
const side = fc.constantFrom<Side>('buy', 'sell')
const near = fc.integer({ min: 9_985, max: 10_015 })
const ticks = fc.oneof({ weight: 9, arbitrary: near }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 100_001 }) })
const lots = fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 1, max: 60 }) }, { weight: 1, arbitrary: fc.nat(900) })
const someLots = lots.map((n) => n + 1)
const isOneOf = (many: number) => fc.nat(many - 1).map((n) => n === 0)
const which = fc.nat(50)
const inMs = fc.integer({ min: 1, max: 3_000 })
const trail = fc.oneof(
  fc.record({ trailTicks: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ trailBps: fc.integer({ min: 1, max: 20 }) }),
)

const takeProfit: fc.Arbitrary<TakeProfit> = fc.record(
  { limitTicks: ticks, expireAtMs: inMs },
  { requiredKeys: ['limitTicks'] },
)
const stopLoss: fc.Arbitrary<StopLoss> = fc.oneof(
  fc.record({ stopTicks: ticks, limitTicks: ticks, expireAtMs: inMs }, { requiredKeys: ['stopTicks'] }),
  fc.record({ trailBps: fc.integer({ min: 1, max: 20 }), expireAtMs: inMs }, { requiredKeys: ['trailBps'] }),
)
const exits = fc.record({ takeProfit, stopLoss }, { requiredKeys: [] })

/** The fields of an order, by type. */
const shape = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('limit' as const), limitTicks: ticks, postOnly: isOneOf(6) }) },
  { weight: 2, arbitrary: fc.constant({ type: 'market' as const }) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 900_000 }).map((cents) => ({ type: 'market' as const, notionalCents: cents })),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('stop' as const), stopTicks: near }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('stop_limit' as const), stopTicks: near, limitTicks: ticks }),
  },
  { weight: 2, arbitrary: trail.map((trailing) => ({ type: 'trailing_stop' as const, ...trailing })) },
)

const order: fc.Arbitrary<PlaceOrder> = fc
  .record({
    account,
    symbol,
    side,
    shape,
    lots: someLots,
    // The first of these that the type allows.
    timesInForce: fc.shuffledSubarray(['gtc', 'gtd', 'day', 'ioc', 'fok'] as const, { minLength: 5 }),
    inMs,
    reduceOnly: isOneOf(5),
    exits: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: exits }),
    selfTrade: fc.constantFrom('cancel_maker', 'cancel_taker', 'cancel_both'),
  })
  .map(({ shape, timesInForce, inMs, exits, lots, ...rest }) => {
    const ofType = TIMES_IN_FORCE[shape.type]
    const timeInForce = timesInForce.find((one) => ofType.includes(one)) ?? 'gtc'
    const isTimed = timeInForce === 'day' || timeInForce === 'gtd'
    const mayRest = shape.type === 'limit' && timeInForce !== 'ioc' && timeInForce !== 'fok'
    return {
      kind: 'order.place',
      clientOrderId: '',
      source: 'api',
      limitTicks: 0,
      ...rest,
      ...exits,
      ...shape,
      lots: 'notionalCents' in shape ? 0 : lots,
      timeInForce,
      ...(isTimed ? { expireAtMs: inMs } : {}),
      postOnly: mayRest && 'postOnly' in shape && shape.postOnly,
    }
  })

const TIMES_IN_FORCE: Record<OrderType, readonly TimeInForce[]> = {
  market: ['ioc', 'fok'],
  limit: ['gtc', 'gtd', 'day', 'ioc', 'fok'],
  stop: ['gtc', 'gtd', 'day'],
  stop_limit: ['gtc', 'gtd', 'day', 'ioc'],
  trailing_stop: ['gtc', 'gtd', 'day'],
}

const total = fc.oneof({ weight: 4, arbitrary: someLots }, { weight: 1, arbitrary: fc.constant(0) })
const terms = fc.oneof(
  fc.record({ lots: total }),
  fc.record({ limitTicks: ticks }),
  fc.record({ lots: total, limitTicks: near }),
  fc.record({ stopTicks: near }),
  fc.record({ stopTicks: near, limitTicks: near }),
  trail,
)
const source = fc.constant('web' as const)
const kindOf = <Kind extends string>(kind: Kind) => fc.constant(kind)

/** Commands that do not depend on earlier ones. */
const command: fc.Arbitrary<AccountCommand> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: kindOf('order.cancelAll'), account, symbol, side, abandoned: fc.boolean() }, { requiredKeys: ['kind', 'account'] }) },
  { weight: 2, arbitrary: fc.record({ kind: kindOf('position.close'), account, symbol, source, lots: someLots }, { requiredKeys: ['kind', 'account', 'symbol', 'source'] }) },
  { weight: 4, arbitrary: fc.record({ kind: kindOf('position.protect'), account, symbol, source, lots: someLots, takeProfit, stopLoss }, { requiredKeys: ['kind', 'account', 'symbol', 'source'] }) },
  { weight: 1, arbitrary: fc.record({ kind: kindOf('cancelAfter'), account, timeoutMs: fc.nat(3_000), symbols: fc.subarray(SYMBOLS), keepProtective: fc.boolean() }, { requiredKeys: ['kind', 'account', 'timeoutMs', 'keepProtective'] }) },
  { weight: 1, arbitrary: fc.record({ kind: kindOf('account.update'), account, mode: fc.constantFrom('cash', 'margin', 'margin') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('account.deposit', 'account.withdraw'), account, cents: fc.integer({ min: 1, max: 2_000_000 }) }) },
) // prettier-ignore

const house = (what: 'house' | 'take') =>
  fc.record({ what: fc.constant(what), symbol, side, ticks: near, lots: someLots })

/** Actions of users. */
const usersAction: { weight: number; arbitrary: fc.Arbitrary<Action> }[] = [
  { weight: 16, arbitrary: order.map((order) => ({ what: 'place', order })) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('cancel'), account, which }) },
  { weight: 5, arbitrary: fc.record({ what: fc.constant('amend'), account, which, terms }) },
  { weight: 5, arbitrary: command.map((command) => ({ what: 'command', command })) },
]
/** Actions of the house, the operator and the clock. */
const houseAction: { weight: number; arbitrary: fc.Arbitrary<Action> }[] = [
  { weight: 7, arbitrary: house('house') },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('withdraw'), symbol, which }) },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('status'),
      symbol,
      status: fc.constantFrom('halted', 'closed', 'open', 'open', 'open', 'open'),
      cancelOrders: isOneOf(6),
    }),
  },
]
const quantum: fc.Arbitrary<Action> = fc.record({ what: fc.constant('quantum'), afterMs: fc.nat(1_500) })
const always = [
  { weight: 4, arbitrary: house('take') },
  { weight: 2, arbitrary: quantum },
]

const many = { minLength: 5, maxLength: 150, size: 'max' } as const
export const anyAction = fc.oneof(...usersAction, ...houseAction, ...always)
export const anyActions = fc.array(anyAction, many)
/** Without resting orders of the house, which the simulator restores itself. */
export const usersActions = fc.array(fc.oneof(...usersAction, ...always), many)

const purchaseOf = (account: AccountNumber, lots: number): PlaceOrder => ({
  ...orderOf({ account, lots, side: 'buy', limitTicks: 10_000 }),
  clientOrderId: 'opening',
})

/** Plays actions on an engine, one operation each. It remembers the house's orders, as the simulator does. */
export class Player {
  readonly engine: Engine
  /** The resting orders of the house by symbol, as [slot, lots]. */
  readonly houseOrders = new Map<string, Map<number, number>>()
  /** The result of the last action, if it was a user's command. */
  result: CommandResult | undefined
  steps: number
  timeMs: number

  /** @param before the player whose client order ids and times are continued */
  constructor(
    engine: Engine,
    before: { readonly steps: number; readonly timeMs: number } = { steps: 0, timeMs: START_MS },
  ) {
    this.engine = engine
    this.steps = before.steps
    this.timeMs = before.timeMs
    for (const symbol of SYMBOLS) {
      const resting = new Map<number, number>()
      this.houseOrders.set(symbol, resting)
      engine.house(symbol).onHouseFill = (tag, slot, lots, gone) => {
        if (tag !== slot % 7) throw new Error('a tag that was not given')
        const left = (resting.get(slot) ?? 0) - lots
        if (gone) resting.delete(slot)
        else resting.set(slot, left)
        if (gone !== (left === 0)) throw new Error('gone, but lots are left')
      }
    }
  }

  /** Opens three accounts, one of them poor, and a two-sided market. */
  open(): EngineEvents {
    this.engine.beginEpoch(1)
    const told = this.engine.house(SHARE.symbol).onHouseFill
    this.engine.house(SHARE.symbol).onHouseFill = () => undefined
    for (const account of USERS) {
      const startingCents = account === CAROL ? CAROL_CENTS : 10 * CAROL_CENTS
      this.engine.apply({ kind: 'account.open', account, name: `user ${account}`, startingCents }, START_MS)
    }
    // Some start with lots, bought from the house.
    for (const [account, lots] of [
      [ANN, 150],
      [BEN, 300],
      [CAROL, 30],
    ] as const) {
      this.engine.house(SHARE.symbol).place('sell', 10_000, lots, 0)
      this.engine.apply(purchaseOf(account, lots), START_MS)
    }
    this.engine.house(SHARE.symbol).onHouseFill = told
    return this.engine.drain()
  }

  play(action: Action): EngineEvents {
    const { engine } = this
    this.timeMs++
    this.steps++
    const { timeMs } = this
    this.result = undefined
    switch (action.what) {
      case 'preview':
        engine.preview(this.timed(action.order))
        break
      case 'place':
        this.result = engine.apply({ ...this.timed(action.order), clientOrderId: `c${this.steps}` }, timeMs)
        break
      case 'command':
        this.result = engine.apply(this.timed(action.command), timeMs)
        break
      case 'cancel':
      case 'amend': {
        const { account } = action
        const open = engine.openOrders(account)
        const chosen = open[action.which % Math.max(1, open.length)]
        const byClientId = action.which % 2 === 1 && chosen !== undefined
        const order = byClientId ? { clientOrderId: chosen.clientOrderId } : { number: chosen?.number ?? 1_000_000 }
        const command = { account, order }
        this.result =
          action.what === 'cancel'
            ? engine.apply({ kind: 'order.cancel', ...command }, timeMs)
            : engine.apply({ kind: 'order.amend', ...command, ...action.terms }, timeMs)
        break
      }
      case 'house':
      case 'take':
        this.playHouse(action, timeMs)
        break
      case 'withdraw': {
        const slots = [...(this.houseOrders.get(action.symbol)?.keys() ?? [])]
        const slot = slots[action.which % Math.max(1, slots.length)] ?? NO_SLOT
        if (slot !== NO_SLOT) engine.house(action.symbol).cancel(slot)
        this.houseOrders.get(action.symbol)?.delete(slot)
        break
      }
      case 'quantum':
        this.timeMs += action.afterMs
        engine.quantum(this.timeMs)
        break
      case 'status': {
        const { symbol, status, cancelOrders } = action
        engine.apply({ kind: 'market.status', symbol, status, cancelOrders }, timeMs)
      }
    }
    return engine.drain()
  }

  /** A command with absolute times. */
  timed<Timed extends AccountCommand>(command: Timed): Timed {
    const at = <Exit extends { readonly expireAtMs?: number }>(exit: Exit): Exit =>
      exit.expireAtMs === undefined ? exit : { ...exit, expireAtMs: this.timeMs + exit.expireAtMs }
    if (command.kind !== 'order.place' && command.kind !== 'position.protect') return command
    const { takeProfit, stopLoss } = command
    const timed = {
      ...(command.kind === 'order.place' ? at(command) : command),
      ...(takeProfit === undefined ? {} : { takeProfit: at(takeProfit) }),
      ...(stopLoss === undefined ? {} : { stopLoss: at(stopLoss) }),
    }
    return timed as Timed
  }

  /** A resting order of the house must not cross; if it would, it takes instead. */
  private playHouse(action: Extract<Action, { what: 'house' | 'take' }>, timeMs: number): void {
    const { what, symbol, side, ticks, lots } = action
    const house = this.engine.house(symbol)
    const crosses = side === 'buy' ? house.askTicks !== 0 && ticks >= house.askTicks : ticks <= house.bidTicks
    if (what === 'take' || crosses) {
      house.take(side, lots, ticks, timeMs)
      return
    }
    // The tag depends on the slot, so place it twice: a freed slot is reused at once.
    const slot = house.place(side, ticks, lots, 0)
    house.cancel(slot)
    const again = house.place(side, ticks, lots, slot % 7)
    if (again !== slot) throw new Error('a freed slot that is not given again')
    this.houseOrders.get(symbol)?.set(slot, lots)
  }
}
