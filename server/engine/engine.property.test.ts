import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NaiveBook } from './book/naive-book.ts'
import { FEES, HOUSE, OUTSIDE } from './command.ts'
import { Engine } from './engine.ts'
import { CASH, type EngineEvents, type Fill } from './event.ts'
import { type Action, anyActions, Player, SYMBOLS, USERS, usersActions } from './random-trading.fixture.ts'
import type { Account, DeadMan, Order, Position } from './state.ts'
import { COIN, NO_EVENTS, SHARE } from './engine.fixture.ts'

const INSTRUMENTS = [SHARE, COIN]
const newEngine = ({ isPlain = false } = {}) => {
  const limits = { instruments: INSTRUMENTS, maxOpenOrdersPerInstrument: 6 }
  return new Engine(isPlain ? { ...limits, makeBook: (maxTicks) => new NaiveBook(maxTicks) } : limits)
}

describe('whatever users and the house do', () => {
  it('books are never crossed, cash accounts owe nothing, and holds match the open orders', () => {
    fc.assert(
      fc.property(anyActions, (actions) => {
        const player = new Player(newEngine())
        player.open()
        for (const action of actions) {
          player.play(action)
          for (const symbol of SYMBOLS) expectNotCrossed(player.engine, symbol)
          for (const account of USERS) expectSound(player.engine, account)
          expectConserved(player)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('every ledger entry is balanced, and every balance is the sum of its entries', () => {
    fc.assert(
      fc.property(anyActions, (actions) => {
        const player = new Player(newEngine())
        const books = new Books()
        books.add(player.open())
        for (const action of actions) books.add(player.play(action))
        books.expectAgreement(player.engine)
      }),
      { numRuns: 150 },
    )
  })

  it('an order’s filled quantity is the sum of its fills, and an account’s seq rises by one per operation', () => {
    fc.assert(
      fc.property(anyActions, (actions) => {
        const player = new Player(newEngine())
        const fills = new Map<string, { lots: number; tickLots: number; feeCents: number }>()
        player.open()
        const seqs = new Map(player.engine.accounts().map(({ account, seq }) => [account, seq]))
        for (const action of actions) {
          const events = player.play(action)
          expectOneSeq(events, seqs)
          expectFillsToSum(events, fills)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('a reduce-only order never increases or reverses a position', () => {
    fc.assert(
      fc.property(anyActions, (actions) => {
        const player = new Player(newEngine())
        const positions = new Map<string, number>()
        const reduceOnly = new Map<string, boolean>()
        const follow = (events: EngineEvents) => {
          for (const order of events.orders) reduceOnly.set(`${order.account}:${order.number}`, order.reduceOnly)
          for (const fill of events.fills) {
            const before = positions.get(`${fill.account} ${fill.symbol}`) ?? 0
            const after = before + signedLots(fill)
            positions.set(`${fill.account} ${fill.symbol}`, after)
            if (reduceOnly.get(`${fill.account}:${fill.orderNumber}`) !== true) continue
            expect(Math.abs(after)).toBe(Math.abs(before) - fill.lots)
          }
        }
        follow(player.open())
        for (const action of actions) follow(player.play(action))
      }),
      { numRuns: 150 },
    )
  })

  it('orders are reported with increasing versions until they are closed, and not after that', () => {
    fc.assert(
      fc.property(anyActions, (actions) => {
        const player = new Player(newEngine())
        const versions = new Map<string, number>()
        const closed = new Set<string>()
        player.open()
        for (const action of actions) {
          const events = player.play(action)
          for (const order of new Set(events.orders)) {
            const key = `${order.account}:${order.number}`
            expect(closed.has(key)).toBe(false)
            expect(order.version).toBeGreaterThan(versions.get(key) ?? 0)
            versions.set(key, order.version)
            if (order.closedAtMs !== undefined) closed.add(key)
          }
          for (const account of USERS) {
            for (const { number, version, closedAtMs } of player.engine.openOrders(account)) {
              expect(closedAtMs).toBeUndefined()
              if (versions.has(`${account}:${number}`)) expect(version).toBe(versions.get(`${account}:${number}`))
            }
          }
        }
      }),
      { numRuns: 150 },
    )
  })

  it('the fast and the naive book give the same events, levels and previews', () => {
    fc.assert(
      fc.property(anyActions, (actions) => {
        const [fast, plain] = [new Player(newEngine()), new Player(newEngine({ isPlain: true }))]
        expect(JSON.stringify(fast.open())).toBe(JSON.stringify(plain.open()))
        for (const action of actions) {
          if (action.what === 'place') {
            const order = fast.timed(action.order)
            expect(fast.engine.preview(order)).toEqual(plain.engine.preview(order))
          }
          expect(JSON.stringify(fast.play(action))).toBe(JSON.stringify(plain.play(action)))
        }
        for (const symbol of SYMBOLS) expect(levelsOf(fast.engine, symbol)).toEqual(levelsOf(plain.engine, symbol))
      }),
      { numRuns: 75 },
    )
  })

  it('the same commands give the same events, byte for byte', () => {
    fc.assert(
      fc.property(anyActions, (actions) => {
        const run = () => {
          const player = new Player(newEngine())
          return JSON.stringify([player.open(), ...actions.map((action) => JSON.stringify(player.play(action)))])
        }
        expect(run()).toBe(run())
      }),
      { numRuns: 50 },
    )
  })

  it('a refusal changes nothing except the account’s order number', () => {
    fc.assert(
      fc.property(anyActions, (actions) => {
        const player = new Player(newEngine())
        player.open()
        for (const action of actions) {
          const before = JSON.stringify(stateOf(player.engine))
          const events = player.play(action)
          const { result } = player
          if (result === undefined || result.ok) continue
          if (result.kind === 'order.amend' || result.kind === 'position.protect') {
            expect(JSON.stringify(stateOf(player.engine))).toBe(before)
            expect(events).toEqual(NO_EVENTS)
          } else if (result.kind === 'order.place' || result.kind === 'position.close') {
            const isBoth = result.rejection.code === 'SELF_TRADE' && result.order.selfTrade === 'cancel_both'
            if (!isBoth) expect(events).toEqual({ ...NO_EVENTS, orders: [result.order], accounts: events.accounts })
          }
        }
      }),
      { numRuns: 150 },
    )
  })

  it('a preview predicts to the cent what the order does', () => {
    fc.assert(
      fc.property(anyActions, (actions) => {
        const player = new Player(newEngine())
        player.open()
        for (const action of actions) expectPreviewed(player, action)
      }),
      { numRuns: 150 },
    )
  })

  it('an engine restored from accounts, positions, open orders and switches continues like the original', () => {
    fc.assert(
      fc.property(usersActions, usersActions, (before, after) => {
        const first = new Player(newEngine())
        first.open()
        const deadMen = new Map<number, DeadMan>()
        for (const action of [...before, REPORT_HIGH_WATERS]) {
          for (const deadMan of first.play(action).deadMen) deadMen.set(deadMan.account, deadMan)
        }
        const second = new Player(restored(first.engine, [...deadMen.values()]), first)
        second.engine.quantum(first.timeMs)
        first.engine.quantum(first.timeMs)
        expect(JSON.stringify(second.engine.drain())).toBe(JSON.stringify(first.engine.drain()))
        first.engine.beginEpoch(2)
        second.engine.beginEpoch(2)
        expect(stateOf(second.engine)).toEqual(stateOf(first.engine))
        for (const action of after)
          expect(withoutPriority(second.play(action))).toBe(withoutPriority(first.play(action)))
      }),
      { numRuns: 100 },
    )
  })
})

/** The stored high-water price is the one that was reported last. */
const REPORT_HIGH_WATERS: Action = { what: 'quantum', afterMs: 1_000 }

/** Priorities continue after the highest one still open, so only their order is the same. */
const withoutPriority = (events: EngineEvents) =>
  JSON.stringify(events, (key, value: unknown) => (key === 'priority' ? undefined : value))

const signedLots = ({ side, lots }: Fill) => (side === 'buy' ? lots : -lots)

const stateOf = (engine: Engine) =>
  USERS.map((account) => [engine.account(account), engine.positions(account), engine.openOrders(account)])

function restored(engine: Engine, deadMen: readonly DeadMan[]): Engine {
  const stored = JSON.parse(
    JSON.stringify({
      accounts: engine.accounts(),
      positions: USERS.flatMap((account) => engine.positions(account)),
      orders: USERS.flatMap((account) => engine.openOrders(account)).sort((a, b) => a.priority - b.priority),
      deadMen,
    }),
  ) as { accounts: Account[]; positions: Position[]; orders: Order[]; deadMen: DeadMan[] }
  const fresh = newEngine()
  for (const account of stored.accounts) fresh.restore.account({ ...account, heldCents: 0 })
  for (const position of stored.positions) fresh.restore.position({ ...position, heldLots: 0 })
  for (const order of stored.orders) fresh.restore.order(order)
  fresh.restore.reviewHolds(0)
  for (const deadMan of stored.deadMen) fresh.restore.deadMan(deadMan)
  for (const symbol of SYMBOLS) {
    fresh.restore.mark(symbol, engine.markMicroTicks(symbol))
    fresh.restore.lastTrade(symbol, engine.lastTicks(symbol))
    fresh.apply({ kind: 'market.status', symbol, status: engine.status(symbol) }, 0)
  }
  expect(fresh.drain()).toEqual(NO_EVENTS)
  return fresh
}

/** `expect` takes longer than what is checked here after every action, of every order. */
function hold(claim: boolean, ...found: readonly unknown[]): void {
  if (!claim) expect.fail(found.map((one) => inspect(one, { depth: 0 })).join(', '))
}

function expectNotCrossed(engine: Engine, symbol: string): void {
  const { bidTicks, askTicks } = engine.house(symbol)
  hold(bidTicks === 0 || askTicks === 0 || bidTicks < askTicks, 'crossed', bidTicks, askTicks)
}

const specOf = (symbol: string) => (symbol === SHARE.symbol ? SHARE : COIN)

/** docs/trading-rules.md, 4, implemented independently. */
function heldBy(order: Readonly<Order>): number {
  if (order.side === 'sell' || order.reduceOnly || order.status === 'held') return 0
  const { centsPerTickLot, makerBps, takerBps, priceBandBps, maxTicks } = specOf(order.symbol)
  const isByTrigger = order.type === 'stop' || order.type === 'trailing_stop'
  const bandEnd = Number((BigInt(order.stopTicks) * BigInt(10_000 + priceBandBps) + 9_999n) / 10_000n)
  const ticks = isByTrigger ? Math.min(maxTicks, bandEnd) : order.limitTicks
  const rest = BigInt((order.lots - order.filledLots) * ticks * centsPerTickLot)
  const feeCentBps = BigInt(order.feeCentBps) + rest * BigInt(order.postOnly ? makerBps : takerBps)
  return Number(rest + (feeCentBps + 9_999n) / 10_000n - BigInt(order.feesPaidCents))
}

/** Lots that orders hold of a position; those of a group count once. */
function lotsHeldBy(orders: readonly Readonly<Order>[]): number {
  const holdings = new Map<string, number>()
  for (const { number, groupNumber, lots, filledLots } of orders) {
    const holding = groupNumber === undefined ? `order ${number}` : `group ${groupNumber}`
    holdings.set(holding, Math.max(holdings.get(holding) ?? 0, lots - filledLots))
  }
  return [...holdings.values()].reduce((sum, lots) => sum + lots, 0)
}

/** Recomputes cash, holds and cost of one account from its open orders. */
function expectSound(engine: Engine, number: number): void {
  const account = engine.account(number)!
  const orders = engine.openOrders(number)
  for (const order of orders) {
    const needed = heldBy(order)
    // What a trailing buy holds falls when its new high-water price is reported.
    const isHeld = order.type === 'trailing_stop' ? order.heldCents >= needed : order.heldCents === needed
    hold(isHeld, 'held for an order, and needed', order, needed)
  }
  const heldCents = orders.reduce((sum, order) => sum + order.heldCents, 0)
  hold(account.heldCents === heldCents, 'held of an account, and for its orders', account, heldCents)
  hold(account.mode !== 'cash' || account.cashCents - account.heldCents >= 0, 'holds more than it has', account)
  for (const position of engine.positions(number)) {
    const isBinding = ({ side, reduceOnly }: Order) => (account.mode === 'cash' ? side === 'sell' : reduceOnly)
    const binding = orders.filter(
      (order) => order.symbol === position.symbol && order.status !== 'held' && isBinding(order),
    )
    const heldLots = lotsHeldBy(binding)
    hold(position.heldLots === heldLots, 'held of a position, and by its orders', position, heldLots)
    hold(Math.abs(position.lots) >= position.heldLots, 'holds more than the position', position)
    const reducing = position.lots > 0 ? 'sell' : 'buy'
    for (const order of binding) hold(order.side === reducing, 'binds and does not reduce', position, order)
    hold(account.mode !== 'cash' || position.lots >= 0, 'short without margin', position)
    hold(position.lots !== 0 || position.costCents === 0, 'costs and is nothing', position)
  }
}

/** What rests in the books is what users and the house have not traded yet. */
function expectConserved({ engine, houseOrders }: Player): void {
  for (const symbol of SYMBOLS) {
    const inBook = [...engine.levels(symbol, 'buy'), ...engine.levels(symbol, 'sell')].reduce(
      (n, [, lots]) => n + lots,
      0,
    )
    const resting = USERS.flatMap((account) => engine.openOrders(account)).filter(
      (order) => order.symbol === symbol && (order.status === 'open' || order.status === 'partially_filled'),
    )
    for (const order of resting) hold(engine.queueAhead(order)! >= 0, 'has no place', order)
    const house = [...(houseOrders.get(symbol)?.values() ?? [])]
    const open = resting.map((order) => order.lots - order.filledLots).concat(house)
    const openLots = open.reduce((sum, lots) => sum + lots, 0)
    hold(inBook === openLots, 'lots in the book, and open', symbol, inBook, openLots)
  }
}

const levelsOf = (engine: Engine, symbol: string) => [engine.levels(symbol, 'buy'), engine.levels(symbol, 'sell')]

function expectOneSeq(events: EngineEvents, seqs: Map<number, number>): void {
  const told = events.accounts
  expect(new Set(told.map(({ account }) => account)).size).toBe(told.length)
  for (const { account } of told) {
    expect(account.seq).toBe((seqs.get(account.account) ?? 0) + 1)
    seqs.set(account.account, account.seq)
  }
  const changed = [...events.orders, ...events.entries, ...events.fills, ...events.positions]
  const counters = events.entries.map(({ counter }) => counter)
  const accounts = new Set(told.map(({ account }) => account.account))
  for (const account of [...changed.map((event) => event.account), ...counters]) {
    hold(accounts.has(account), 'changed and not told', account)
  }
}

/** Orders are live objects, so they show the result of all fills of the operation. */
function expectFillsToSum(
  { orders, fills }: EngineEvents,
  sums: Map<string, { lots: number; tickLots: number; feeCents: number }>,
): void {
  for (const { account, orderNumber, lots, ticks, feeCents } of fills) {
    const key = `${account}:${orderNumber}`
    const sum = sums.get(key) ?? { lots: 0, tickLots: 0, feeCents: 0 }
    sums.set(key, {
      lots: sum.lots + lots,
      tickLots: sum.tickLots + ticks * lots,
      feeCents: sum.feeCents + feeCents,
    })
  }
  const told = new Set(orders.map(({ account, number }) => `${account}:${number}`))
  for (const { account, orderNumber } of fills) expect(told.has(`${account}:${orderNumber}`)).toBe(true)
  for (const { account, number, filledLots, filledTickLots, feesPaidCents, lots, status } of orders) {
    const sum = sums.get(`${account}:${number}`) ?? { lots: 0, tickLots: 0, feeCents: 0 }
    expect([filledLots, filledTickLots, feesPaidCents]).toEqual([sum.lots, sum.tickLots, sum.feeCents])
    if (status !== 'rejected') expect(status === 'filled').toBe(filledLots === lots)
  }
}

/** The preview of an order matches its effect, as long as it triggers nothing else. */
function expectPreviewed(player: Player, action: Action): void {
  const { engine } = player
  const preview = action.what === 'place' ? engine.preview(player.timed({ ...action.order })) : undefined
  const events = player.play(action)
  const { result } = player
  if (preview === undefined || result?.kind !== 'order.place') return
  const { order } = result
  if (!preview.ok || !result.ok) {
    expect([preview.ok, order.rejectCode]).toEqual([false, preview.ok ? undefined : preview.rejection.code])
    return
  }
  expect(order.lots).toBe(preview.lots)
  const others = events.orders.filter((other) => other.account === order.account && other !== order)
  if (others.length > 0 && order.selfTrade === 'cancel_maker') return
  if (others.length > 0 || events.fills.some((fill) => fill.liquidity === 'taker' && !isOf(fill, order))) return
  const fills = events.fills.filter((fill) => isOf(fill, order))
  const sum = (pick: 'valueCents' | 'feeCents') => fills.reduce((total, fill) => total + fill[pick], 0)
  expect([sum('valueCents'), sum('feeCents')]).toEqual([preview.valueCents, preview.feeCents])
  // What a trailing buy holds changes with its high-water price.
  const isTrailing = engine
    .openOrders(order.account)
    .some(({ type, side }) => type === 'trailing_stop' && side === 'buy')
  if (!isTrailing) expect(engine.buyingPower(order.account)).toBe(preview.buyingPowerAfterCents)
  expect(order.closedAtMs === undefined ? order.lots - order.filledLots : 0).toBe(preview.restLots)
}

const isOf = (fill: Fill, order: Readonly<Order>) => fill.account === order.account && fill.orderNumber === order.number

/** The ledger as the database would keep it. */
class Books {
  private readonly balances = new Map<string, number>()
  private readonly numbers = new Map<number, number>()
  private readonly deposits = new Map<number, number>()

  add(events: EngineEvents): void {
    for (const entry of events.entries) {
      const { account, number, counter, counterNumber, asset, amount, balanceAfter, counterBalanceAfter } = entry
      expect(amount).not.toBe(0)
      this.write(account, number, asset, amount, balanceAfter)
      this.write(counter, counterNumber, asset, -amount, counterBalanceAfter)
      if (entry.kind === 'deposit') this.deposits.set(account, (this.deposits.get(account) ?? 0) + amount)
      if (entry.kind === 'withdraw') this.deposits.set(account, (this.deposits.get(account) ?? 0) + amount)
    }
  }

  private write(account: number, number: number, asset: string, amount: number, after: number | undefined): void {
    expect(number).toBe((this.numbers.get(account) ?? 0) + 1)
    this.numbers.set(account, number)
    const balance = (this.balances.get(`${account} ${asset}`) ?? 0) + amount
    this.balances.set(`${account} ${asset}`, balance)
    expect(after).toBe(USERS.includes(account) ? balance : undefined)
  }

  expectAgreement(engine: Engine): void {
    for (const number of [...USERS, HOUSE, FEES, OUTSIDE]) {
      const account = engine.account(number)!
      expect(this.numbers.get(number) ?? 0).toBe(account.entryNumber)
      if (!USERS.includes(number)) continue
      expect(this.balances.get(`${number} ${CASH}`) ?? 0).toBe(account.cashCents)
      for (const symbol of SYMBOLS) {
        expect(this.balances.get(`${number} ${symbol}`) ?? 0).toBe(engine.position(number, symbol)?.lots ?? 0)
      }
      // Realized profit equals the cash that moved.
      const cost = engine.positions(number).reduce((sum, position) => sum + position.costCents, 0)
      const deposits = this.deposits.get(number) ?? 0
      expect(account.cashCents).toBe(deposits + account.realizedCents - account.feesPaidCents - cost)
    }
  }
}
