import type { Command, PlaceOrder, Side } from '../../server/engine/command.ts'
import type { CommandResult, Preview } from '../../server/engine/command-result.ts'
import type { EngineEvents } from '../../server/engine/event.ts'
import type { HouseMarket, Slot } from '../../server/engine/house.ts'
import type { InstrumentSpec } from '../../server/engine/instrument.ts'
import type { Account, Order, Position } from '../../server/engine/state.ts'

/** The interface that the engine and its oracle share. */
export interface Exchange {
  beginEpoch(epoch: number): void
  house(symbol: string): HouseMarket
  quantum(timeMs: number): void
  publishHighWaters(timeMs: number): void
  postponeDeadMen(gapMs: number): void
  apply(command: Command, timeMs: number): CommandResult
  preview(command: PlaceOrder): Omit<Preview, 'liquidationTicks'>
  drain(): EngineEvents
  levels(symbol: string, side: Side): (readonly [ticks: number, lots: number])[]
  markMicroTicks(symbol: string): number
  account(account: number): Readonly<Account> | undefined
  buyingPower(account: number): number
  positions(account: number): readonly Readonly<Position>[]
  openOrders(account: number): readonly Readonly<Order>[]
  queueAhead(order: Readonly<Order>): number | undefined
}

const SHARE: InstrumentSpec = {
  symbol: 'SHARE',
  lotName: 'share',
  centsPerTickLot: 1,
  maxTicks: 20_000,
  minLots: 1,
  maxLots: 100_000,
  minNotionalCents: 100,
  makerBps: 2,
  takerBps: 5,
  priceBandBps: 500,
  initialMarginBps: 2_000,
  maintenanceMarginBps: 1_000,
  shortable: true,
  borrowBps: 150,
}

/** Three instruments that differ in everything that is rounded: cents per tick and lot, fees, bands, margins. */
export const INSTRUMENTS: readonly InstrumentSpec[] = [
  SHARE,
  {
    ...SHARE,
    symbol: 'COIN',
    lotName: '0.1 COIN',
    centsPerTickLot: 7,
    makerBps: 5,
    takerBps: 13,
    priceBandBps: 300,
    initialMarginBps: 1_000,
    maintenanceMarginBps: 500,
    borrowBps: 600,
  },
  { ...SHARE, symbol: 'PENNY', maxTicks: 400, makerBps: 0, takerBps: 0, priceBandBps: 1_000, shortable: false },
]
export const SYMBOLS = INSTRUMENTS.map(({ symbol }) => symbol)
const OPEN_ORDERS_MAX = 5
const INTEREST_BPS = 800
/** So few that orders that end at the same time often need several quanta. */
const ENDS_PER_QUANTUM_MAX = 3
export const OPTIONS = {
  instruments: INSTRUMENTS,
  maxOpenOrdersPerInstrument: OPEN_ORDERS_MAX,
  interestBps: INTEREST_BPS,
  endsPerQuantumMax: ENDS_PER_QUANTUM_MAX,
}

/** An action on an exchange as data; a session is a list of actions. */
export type Action =
  | { readonly what: 'command'; readonly command: Command; readonly timeMs: number }
  | {
      readonly what: 'house'
      /** For `withdraw`. */
      readonly id: number
      readonly symbol: string
      readonly side: Side
      readonly ticks: number
      readonly lots: number
      readonly timeMs: number
    }
  | { readonly what: 'take'; readonly symbol: string; readonly side: Side; readonly ticks: number; readonly lots: number; readonly timeMs: number } // prettier-ignore
  | { readonly what: 'withdraw'; readonly symbol: string; readonly id: number }
  /** `count` quanta 50 ms apart, the last at `timeMs`. */
  | { readonly what: 'quanta'; readonly count: number; readonly timeMs: number }
  | { readonly what: 'waters'; readonly timeMs: number }
  | { readonly what: 'postpone'; readonly gapMs: number }
  | { readonly what: 'epoch'; readonly epoch: number }

export const QUANTUM_MS = 50

/** Performs actions on one exchange, and tracks the house's orders there, like the simulator. */
export class Player {
  readonly exchange: Exchange
  /** The resting orders of the house, by id. */
  readonly houseOrders = new Map<string, Map<number, { slot: Slot; lots: number; ticks: number }>>()
  private readonly closed = new Set<string>()

  constructor(exchange: Exchange) {
    this.exchange = exchange
    for (const symbol of SYMBOLS) {
      const resting = new Map<number, { slot: Slot; lots: number; ticks: number }>()
      this.houseOrders.set(symbol, resting)
      exchange.house(symbol).onHouseFill = (id, slot, lots, gone) => {
        const order = resting.get(id)
        if (order?.slot !== slot) throw new Error(`a fill of a house order that is not resting: ${symbol} ${id}`)
        order.lots -= lots
        if (gone !== (order.lots === 0))
          throw new Error(`${symbol} ${id}: reported as gone=${gone} with ${order.lots} lots left`)
        if (gone) resting.delete(id)
      }
    }
  }

  /** @returns the result of a command, or the lots of a take */
  play(action: Action): CommandResult | number | undefined {
    const { exchange } = this
    switch (action.what) {
      case 'command':
        return this.command(action.command, action.timeMs)
      case 'house':
        return this.placeForHouse(action)
      case 'take':
        return this.closed.has(action.symbol) ? 0 : this.take(action)
      case 'withdraw':
        this.withdraw(action.symbol, action.id)
        return undefined
      case 'quanta':
        for (let left = action.count - 1; left >= 0; left--) exchange.quantum(action.timeMs - left * QUANTUM_MS)
        return undefined
      case 'waters':
        exchange.publishHighWaters(action.timeMs)
        return undefined
      case 'postpone':
        exchange.postponeDeadMen(action.gapMs)
        return undefined
      case 'epoch':
        exchange.beginEpoch(action.epoch)
        return undefined
    }
  }

  isOpen(symbol: string): boolean {
    return !this.closed.has(symbol)
  }

  /** Before a corporate action, the house's orders are canceled. */
  private command(command: Command, timeMs: number): CommandResult {
    if (command.kind === 'corporate.dividend' || command.kind === 'corporate.split') {
      for (const id of [...(this.houseOrders.get(command.symbol)?.keys() ?? [])]) this.withdraw(command.symbol, id)
    }
    if (command.kind === 'market.status') {
      if (command.status === 'open') this.closed.delete(command.symbol)
      else this.closed.add(command.symbol)
    }
    return this.exchange.apply(command, timeMs)
  }

  /** Resting orders of the house must not cross: one that would is a take instead. */
  private placeForHouse(action: Extract<Action, { what: 'house' }>): number | undefined {
    const { id, symbol, side, ticks, lots } = action
    if (this.closed.has(symbol)) return undefined
    const house = this.exchange.house(symbol)
    const crosses = side === 'buy' ? house.askTicks !== 0 && ticks >= house.askTicks : ticks <= house.bidTicks
    if (crosses) return this.take(action)
    this.houseOrders.get(symbol)?.set(id, { slot: house.place(side, ticks, lots, id), lots, ticks })
    return undefined
  }

  private take({ symbol, side, ticks, lots, timeMs }: Extract<Action, { what: 'house' | 'take' }>): number {
    return this.exchange.house(symbol).take(side, lots, ticks, timeMs)
  }

  private withdraw(symbol: string, id: number): void {
    const resting = this.houseOrders.get(symbol)
    const order = resting?.get(id)
    if (order === undefined) return
    this.exchange.house(symbol).cancel(order.slot)
    resting?.delete(id)
  }
}
