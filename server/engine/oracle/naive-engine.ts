import {
  type AccountNumber,
  type Command,
  FEES,
  HOUSE,
  OUTSIDE,
  type PlaceOrder,
  type SetMarketStatus,
  type Side,
} from '../command.ts'
import type { CommandResult } from '../command-result.ts'
import type { Cause, EngineEvents } from '../event.ts'
import type { HouseMarket } from '../house.ts'
import type { InstrumentSpec } from '../instrument.ts'
import type { Account, Order, Position } from '../state.ts'
import { closeAccount, moveMoney, newNaiveAccount, openAccount, resetAccount, updateAccount } from './accounts.ts'
import { amend } from './amend.ts'
import { lotsOf, queueOf, ticksOf } from './book.ts'
import { cancel, cancelAll, cancelEach } from './cancel.ts'
import { payDividend, splitShares } from './corporate-actions.ts'
import { closePosition, protect } from './exits.ts'
import { freeCash, freeMargin } from './holds.ts'
import { NaiveHouse } from './house.ts'
import { chargeDays } from './margin.ts'
import type { Listeners } from './matching.ts'
import { place } from './place.ts'
import { type NaivePreview, preview } from './preview.ts'
import { quantum, setDeadMan } from './quantum.ts'
import { settle } from './settle.ts'
import { publishHighWaters } from './stops.ts'
import { accountOf, found, marketOf, type NaiveState, noEvents } from './state.ts'

export interface NaiveOptions {
  readonly instruments: readonly InstrumentSpec[]
  readonly maxOpenOrdersPerInstrument: number
  readonly interestBps: number
  readonly endsPerQuantumMax: number
}

/**
 * A second implementation of the exchange, as plain as possible: docs/trading-rules.md over lists that are always
 * searched completely. It is the oracle of the engine: both get the same input and must produce the same output and
 * state. Only test/fuzz runs it.
 */
export class NaiveEngine {
  private readonly state: NaiveState
  private readonly houses: ReadonlyMap<string, NaiveHouse>
  private readonly listeners: Listeners

  constructor(options: NaiveOptions) {
    this.state = newState(options)
    this.listeners = {
      onHouseFill: (symbol, ...fill) => {
        this.houses.get(symbol)?.onHouseFill(...fill)
      },
    }
    this.houses = new Map(
      this.state.markets.map((market) => [market.spec.symbol, new NaiveHouse(this.state, market, this.listeners)]),
    )
  }

  beginEpoch(epoch: number): void {
    for (const market of this.state.markets) Object.assign(market, { epoch, trades: 0 })
  }

  house(symbol: string): HouseMarket {
    return found(this.houses.get(symbol), symbol)
  }

  quantum(timeMs: number): void {
    this.begin(timeMs, undefined, 'trade')
    quantum(this.state, this.listeners)
  }

  publishHighWaters(timeMs: number): void {
    this.begin(timeMs, undefined, 'trade')
    publishHighWaters(this.state)
    settle(this.state, this.listeners)
  }

  /** While the market was degraded, the switches were paused. */
  postponeDeadMen(gapMs: number): void {
    const { state } = this
    state.deadMen = state.deadMen.map((one) => ({ ...one, atMs: (one.atMs ?? 0) + gapMs }))
    state.events.deadMen.push(...state.deadMen)
  }

  apply(command: Command, timeMs: number): CommandResult {
    const actor = 'account' in command ? command.account : undefined
    this.begin(timeMs, actor, CAUSES[command.kind])
    const result = this.carryOut(command)
    settle(this.state, this.listeners)
    return result
  }

  preview(command: PlaceOrder): NaivePreview {
    return preview(this.state, command)
  }

  drain(): EngineEvents {
    const { events } = this.state
    this.state.events = noEvents()
    return events
  }

  levels(symbol: string, side: Side): (readonly [ticks: number, lots: number])[] {
    const levels = new Map<number, number>()
    for (const resting of queueOf(marketOf(this.state, symbol), side)) {
      levels.set(ticksOf(resting), (levels.get(ticksOf(resting)) ?? 0) + lotsOf(resting))
    }
    return [...levels]
  }

  markMicroTicks(symbol: string): number {
    return marketOf(this.state, symbol).markMicroTicks
  }

  account(account: AccountNumber): Readonly<Account> | undefined {
    return this.state.accounts.find((one) => one.account === account)
  }

  buyingPower(account: AccountNumber): number {
    const { mode } = accountOf(this.state, account)
    return mode === 'cash' ? freeCash(this.state, account) : freeMargin(this.state, account)
  }

  positions(account: AccountNumber): readonly Readonly<Position>[] {
    return this.state.positions.filter((position) => position.account === account)
  }

  openOrders(account: AccountNumber): readonly Readonly<Order>[] {
    return this.state.orders.filter((order) => order.account === account).sort((a, b) => a.number - b.number)
  }

  /** Lots ahead of a resting order at its price. */
  queueAhead({ account, number, symbol, side }: Readonly<Order>): number | undefined {
    const queue = queueOf(marketOf(this.state, symbol), side)
    const own = queue.findIndex((one) => 'order' in one && one.order.account === account && one.order.number === number)
    const ticks = queue[own] === undefined ? undefined : ticksOf(queue[own])
    if (ticks === undefined) return undefined
    return queue.slice(0, own).reduce((lots, one) => lots + (ticksOf(one) === ticks ? lotsOf(one) : 0), 0)
  }

  private begin(timeMs: number, actor: AccountNumber | undefined, cause: Cause): void {
    this.state.nowMs = timeMs
    this.state.actor = actor
    this.state.cause = cause
  }

  private carryOut(command: Command): CommandResult {
    const { state, listeners } = this
    switch (command.kind) {
      case 'account.open':
        return openAccount(state, command)
      case 'account.update':
        return updateAccount(state, command)
      case 'account.deposit':
      case 'account.withdraw':
        return moveMoney(state, command)
      case 'account.reset':
        return resetAccount(state, listeners, command)
      case 'account.close':
        return closeAccount(state, listeners, command)
      case 'order.place':
        return place(state, listeners, command)
      case 'order.amend':
        return amend(state, listeners, command)
      case 'order.cancel':
        return cancel(state, command)
      case 'order.cancelAll':
        return cancelAll(state, command)
      case 'position.close':
        return closePosition(state, listeners, command)
      case 'position.protect':
        return protect(state, listeners, command)
      case 'cancelAfter':
        return setDeadMan(state, command)
      case 'market.status':
        setStatus(state, command)
        return { kind: command.kind, ok: true }
      case 'corporate.dividend':
        payDividend(state, command)
        return { kind: command.kind, ok: true }
      case 'corporate.split':
        splitShares(state, command)
        return { kind: command.kind, ok: true }
      case 'margin.charge':
        chargeDays(state, command)
        return { kind: command.kind, ok: true }
    }
  }
}

function setStatus(state: NaiveState, command: SetMarketStatus): void {
  marketOf(state, command.symbol).status = command.status
  const orders = state.orders.filter(({ symbol }) => symbol === command.symbol)
  if (command.cancelOrders === true && command.status !== 'open') cancelEach(state, orders, 'halt')
}

/** Why the acting account changed; for a market command, why any account changed. */
const CAUSES: Record<Command['kind'], Cause> = {
  'account.open': 'deposit',
  'account.update': 'system',
  'account.deposit': 'deposit',
  'account.withdraw': 'withdraw',
  'account.reset': 'reset',
  'account.close': 'reset',
  'order.place': 'order',
  'order.amend': 'amend',
  'order.cancel': 'cancel',
  'order.cancelAll': 'cancel',
  'position.close': 'order',
  'position.protect': 'order',
  cancelAfter: 'cancel',
  'market.status': 'system',
  'corporate.dividend': 'corporate_action',
  'corporate.split': 'corporate_action',
  'margin.charge': 'interest',
}

function newState(options: NaiveOptions): NaiveState {
  return {
    openOrdersMax: options.maxOpenOrdersPerInstrument,
    interestBps: options.interestBps,
    endsPerQuantumMax: options.endsPerQuantumMax,
    markets: options.instruments.map((spec) => ({
      spec,
      status: 'open',
      markMicroTicks: 0,
      lastTicks: 0,
      epoch: 0,
      trades: 0,
      resting: [],
    })),
    accounts: [
      newNaiveAccount(HOUSE, 'house', 0, 'cash'),
      newNaiveAccount(FEES, 'fees', 0, 'cash'),
      newNaiveAccount(OUTSIDE, 'outside', 0, 'cash'),
    ],
    positions: [],
    orders: [],
    deadMen: [],
    retries: [],
    priority: 0,
    nextSlot: 0,
    nowMs: 0,
    highWatersReportedAtMs: 0,
    reportedHighWater: new Map(),
    actor: undefined,
    cause: 'system',
    filledEntries: [],
    filledLegs: [],
    triggered: [],
    tradesToShow: [],
    events: noEvents(),
  }
}
