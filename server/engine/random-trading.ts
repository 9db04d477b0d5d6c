import fc from 'fast-check'
import type { AccountNumber, PlaceOrder, Side } from './command.ts'
import type { Engine } from './engine.ts'
import type { EngineEvents } from './event.ts'
import { NO_SLOT } from './house.ts'
import { ANN, BEN, COIN, orderOf, SHARE, START_MS } from './trading-floor.ts'

/** For property tests: anything that users and the house may do, and a player that does it to an engine. */
export const CAROL: AccountNumber = BEN + 1
export const USERS = [ANN, BEN, CAROL]
export const SYMBOLS = [SHARE.symbol, COIN.symbol]
const CAROL_CENTS = 1_000_000

export type Action =
  | { readonly what: 'place'; readonly order: PlaceOrder }
  | { readonly what: 'cancel'; readonly account: AccountNumber; readonly which: number }
  | { readonly what: 'cancelAll'; readonly account: AccountNumber; readonly symbol?: string; readonly side?: Side }
  | {
      readonly what: 'house' | 'take'
      readonly symbol: string
      readonly side: Side
      readonly ticks: number
      readonly lots: number
    }
  | { readonly what: 'withdraw'; readonly symbol: string; readonly which: number }
  | { readonly what: 'quantum' }
  | { readonly what: 'halt' | 'resume'; readonly symbol: string }

const account = fc.constantFrom(...USERS)
const symbol = fc.constantFrom(...SYMBOLS)
const side = fc.constantFrom<Side>('buy', 'sell')
const near = fc.integer({ min: 9_985, max: 10_015 })
const ticks = fc.oneof({ weight: 9, arbitrary: near }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 100_001 }) })
const lots = fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 1, max: 60 }) }, { weight: 1, arbitrary: fc.nat(900) })

const order: fc.Arbitrary<Action> = fc
  .record({
    account,
    symbol,
    side,
    isMarket: fc.nat(4).map((n) => n === 0),
    lots: lots.map((n) => n + 1),
    ticks,
    timeInForce: fc.constantFrom('gtc', 'gtc', 'gtc', 'ioc', 'fok'),
    postOnly: fc.nat(5).map((n) => n === 0),
    selfTrade: fc.constantFrom('cancel_maker', 'cancel_taker', 'cancel_both'),
  })
  .map(({ isMarket, ticks, timeInForce, postOnly, ...rest }) => {
    const isGtc = !isMarket && timeInForce === 'gtc'
    const limitTicks = isMarket ? 0 : ticks
    const rules = { postOnly: postOnly && isGtc, timeInForce: isMarket && timeInForce === 'gtc' ? 'ioc' : timeInForce }
    const type = isMarket ? 'market' : 'limit'
    const order = { kind: 'order.place', clientOrderId: '', source: 'api', type, limitTicks, ...rest, ...rules }
    return { what: 'place', order: order as PlaceOrder } as const
  })

const house = (what: 'house' | 'take') =>
  fc.record({ what: fc.constant(what), symbol, side, ticks: near, lots: lots.map((n) => n + 1) })
const which = fc.nat(50)

/** What users do. */
const usersAction: { weight: number; arbitrary: fc.Arbitrary<Action> }[] = [
  { weight: 12, arbitrary: order },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('cancel'), account, which }) },
  {
    weight: 1,
    arbitrary: fc.record(
      { what: fc.constant('cancelAll'), account, symbol, side },
      { requiredKeys: ['what', 'account'] },
    ),
  },
]
/** What the house and the operator do. */
const houseAction: { weight: number; arbitrary: fc.Arbitrary<Action> }[] = [
  { weight: 6, arbitrary: house('house') },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('withdraw'), symbol, which }) },
  { weight: 1, arbitrary: fc.constant({ what: 'quantum' }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constantFrom('halt', 'resume', 'resume', 'resume'), symbol }) },
]
const taking = { weight: 3, arbitrary: house('take') }

const many = { minLength: 5, maxLength: 150, size: 'max' } as const
export const anyActions = fc.array(fc.oneof(...usersAction, ...houseAction, taking), many)
/** Without resting orders of the house, which are the simulator's to restore. */
export const usersActions = fc.array(fc.oneof(...usersAction, taking), many)

const purchaseOf = (account: AccountNumber, lots: number): PlaceOrder => ({
  ...orderOf({ account, lots, side: 'buy', limitTicks: 10_000 }),
  clientOrderId: 'opening',
})

/** Does actions to an engine, one operation each. It remembers the house's orders, as the simulator does. */
export class Player {
  readonly engine: Engine
  /** The resting orders of the house by symbol, as [slot, lots]. */
  readonly houseOrders = new Map<string, Map<number, number>>()
  private steps: number

  /** @param steps how many were done before: client order ids and times go on */
  constructor(engine: Engine, steps = 0) {
    this.engine = engine
    this.steps = steps
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

  /** Three accounts, one of them poor, and a market with two sides. */
  open(): EngineEvents {
    this.engine.beginEpoch(1)
    const told = this.engine.house(SHARE.symbol).onHouseFill
    this.engine.house(SHARE.symbol).onHouseFill = () => undefined
    for (const account of USERS) {
      const startingCents = account === CAROL ? CAROL_CENTS : 10 * CAROL_CENTS
      this.engine.apply({ kind: 'account.open', account, name: `user ${account}`, startingCents }, START_MS)
    }
    // Some hold lots to begin with, bought of the house.
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
    const timeMs = START_MS + ++this.steps
    switch (action.what) {
      case 'place':
        engine.apply({ ...action.order, clientOrderId: `c${this.steps}` }, timeMs)
        break
      case 'cancel': {
        const open = engine.openOrders(action.account)
        const chosen = open[action.which % Math.max(1, open.length)]
        const number = chosen?.number ?? 1_000_000
        const byClientId = action.which % 2 === 1 && chosen !== undefined
        const order = byClientId ? { clientOrderId: chosen.clientOrderId } : { number }
        engine.apply({ kind: 'order.cancel', account: action.account, order }, timeMs)
        break
      }
      case 'cancelAll': {
        const { account, symbol, side } = action
        const chosen = { ...(symbol === undefined ? {} : { symbol }), ...(side === undefined ? {} : { side }) }
        engine.apply({ kind: 'order.cancelAll', account, ...chosen }, timeMs)
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
        engine.quantum(timeMs)
        break
      case 'halt':
        engine.halt(action.symbol)
        break
      case 'resume':
        engine.resume(action.symbol)
    }
    return engine.drain()
  }

  /** A resting order of the house does not cross: one that would takes instead. */
  private playHouse(action: Extract<Action, { what: 'house' | 'take' }>, timeMs: number): void {
    const { what, symbol, side, ticks, lots } = action
    const house = this.engine.house(symbol)
    const crosses = side === 'buy' ? house.askTicks !== 0 && ticks >= house.askTicks : ticks <= house.bidTicks
    if (what === 'take' || crosses) {
      house.take(side, lots, ticks, timeMs)
      return
    }
    // The tag is only known to be right when the slot is: place twice, since a freed slot is given again at once.
    const slot = house.place(side, ticks, lots, 0)
    house.cancel(slot)
    const again = house.place(side, ticks, lots, slot % 7)
    if (again !== slot) throw new Error('a freed slot that is not given again')
    this.houseOrders.get(symbol)?.set(slot, lots)
  }
}
