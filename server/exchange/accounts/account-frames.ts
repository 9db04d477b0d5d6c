import type {
  Account as WireAccount,
  AccountFrame,
  AccountFrameCause,
  AccountSnapshot,
  Position as WirePosition,
} from '@valiant/shared/protocol/account'
import type { AccountNumber } from '../../engine/command.ts'
import { FIRST_USER_ACCOUNT } from '../../engine/command.ts'
import type { Engine } from '../../engine/engine.ts'
import type { EngineEvents, Fill } from '../../engine/event.ts'
import { markValueCents } from '../../engine/mark.ts'
import type { Account, Order, Position } from '../../engine/state.ts'
import { toWireAccount } from '../../feed/account/account.ts'
import { toWireFill } from '../../feed/account/fill.ts'
import { toWireOrder } from '../../feed/account/order.ts'
import { toWirePosition } from '../../feed/account/position.ts'
import type { ListedInstrument } from '../../instruments.ts'

/** Account states and account frames in wire format, read from the engine's current state. */
export class AccountFrames {
  readonly #engine: Engine
  readonly #instruments: ReadonlyMap<string, ListedInstrument>

  constructor(engine: Engine, instruments: ReadonlyMap<string, ListedInstrument>) {
    this.#engine = engine
    this.#instruments = instruments
  }

  /** One frame for each user account that these events changed, except those that are closed. */
  framesOf(
    events: EngineEvents,
    { epoch, timeMs }: { epoch: number; timeMs: number },
  ): { account: AccountNumber; frame: AccountFrame }[] {
    return changesByAccount(events).map(({ account, cause, orders, fills, positions }) => ({
      account: account.account,
      frame: {
        epoch,
        seq: account.seq,
        time: timeMs,
        cause,
        orders: orders.map((order) => toWireOrder(order, this.instrument(order.symbol))),
        fills: fills.map((fill) => toWireFill(fill, this.instrument(fill.symbol))),
        positions: positions.map((position) => this.position(position)),
        balance: this.account(account),
      },
    }))
  }

  snapshot(account: Readonly<Account>): AccountSnapshot {
    return {
      seq: account.seq,
      account: this.account(account),
      positions: this.#engine
        .positions(account.account)
        .filter((position) => position.lots !== 0)
        .map((position) => this.position(position)),
      openOrders: this.#engine
        .openOrders(account.account)
        .map((order) => toWireOrder(order, this.instrument(order.symbol), this.#engine.queueAhead(order))),
    }
  }

  account(account: Readonly<Account>): WireAccount {
    let unrealizedCents = 0
    for (const { lots, costCents, symbol } of this.#engine.positions(account.account)) {
      if (lots === 0) continue
      const { centsPerTickLot } = this.instrument(symbol).spec
      unrealizedCents += markValueCents(lots, this.#engine.markMicroTicks(symbol), centsPerTickLot) - costCents
    }
    return toWireAccount(account, { ...this.#engine.marginFigures(account.account), unrealizedCents })
  }

  position(position: Readonly<Position>): WirePosition {
    const { account, symbol } = position
    return toWirePosition(position, this.instrument(symbol), {
      markMicroTicks: this.#engine.markMicroTicks(symbol),
      liquidationTicks: this.#engine.liquidationTicks(account, symbol),
    })
  }

  /** The state of an existing account. */
  known(number: AccountNumber): Readonly<Account> {
    const account = this.#engine.account(number)
    if (account === undefined) throw new Error(`expected a known account, found ${number}`)
    return account
  }

  /** The `seq` of the account's next frame. An answer written before the frame exists carries the same number. */
  seqOf(number: AccountNumber): number {
    return this.known(number).seq
  }

  instrument(symbol: string): ListedInstrument {
    const instrument = this.#instruments.get(symbol)
    if (instrument === undefined) throw new Error(`expected a listed instrument, found ${symbol}`)
    return instrument
  }
}

interface AccountChange {
  readonly account: Readonly<Account>
  readonly cause: AccountFrameCause
  readonly orders: Readonly<Order>[]
  readonly fills: Fill[]
  readonly positions: Readonly<Position>[]
}

/** Groups an operation's events by user account; an object that changed twice is included once, in its final state. */
function changesByAccount(events: EngineEvents): AccountChange[] {
  const changes: AccountChange[] = []
  for (const { account, cause } of events.accounts) {
    if (account.account < FIRST_USER_ACCOUNT || account.isClosed === true) continue
    changes.push({ account, cause, orders: [], fills: [], positions: [] })
  }
  if (changes.length === 0) return changes
  const byAccount = new Map(changes.map((change) => [change.account.account, change]))
  for (const order of events.orders) addOnce(byAccount.get(order.account)?.orders, order)
  for (const fill of events.fills) byAccount.get(fill.account)?.fills.push(fill)
  for (const position of events.positions) addOnce(byAccount.get(position.account)?.positions, position)
  return changes
}

function addOnce<Item>(list: Item[] | undefined, item: Item): void {
  if (list !== undefined && !list.includes(item)) list.push(item)
}
