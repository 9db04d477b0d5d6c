import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NaiveBook } from './book/naive-book.ts'
import { FEES, HOUSE, OUTSIDE } from './command.ts'
import { Engine } from './engine.ts'
import { CASH, type EngineEvents } from './event.ts'
import { anyActions, Player, SYMBOLS, USERS, usersActions } from './random-trading.ts'
import { COIN, NO_EVENTS, SHARE } from './trading-floor.ts'

const INSTRUMENTS = [SHARE, COIN]
const newEngine = (isPlain = false) => {
  const limits = { instruments: INSTRUMENTS, maxOpenOrdersPerInstrument: 4 }
  return new Engine(isPlain ? { ...limits, makeBook: (maxTicks) => new NaiveBook(maxTicks) } : limits)
}

describe('whatever users and the house do', () => {
  it('books are never crossed, nobody owes money or lots, and holds are what the open orders need', () => {
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

  it('every movement sums to zero per asset, and every balance is the sum of its entries', () => {
    fc.assert(
      fc.property(anyActions, (actions) => {
        const player = new Player(newEngine())
        const books = new Books()
        books.add(player.open())
        for (const action of actions) books.add(player.play(action))
        books.expectAgreement(player.engine)
      }),
      { numRuns: 200 },
    )
  })

  it('an order is filled by what its fills sum to, and its account rises by one seq an operation', () => {
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
      { numRuns: 200 },
    )
  })

  it('the fast book and the plain one give the same events, levels and previews', () => {
    fc.assert(
      fc.property(anyActions, (actions) => {
        const [fast, plain] = [new Player(newEngine()), new Player(newEngine(true))]
        expect(JSON.stringify(fast.open())).toBe(JSON.stringify(plain.open()))
        for (const action of actions) {
          if (action.what === 'place') {
            expect(fast.engine.preview(action.order)).toEqual(plain.engine.preview(action.order))
          }
          expect(JSON.stringify(fast.play(action))).toBe(JSON.stringify(plain.play(action)))
        }
        for (const symbol of SYMBOLS) expect(levelsOf(fast.engine, symbol)).toEqual(levelsOf(plain.engine, symbol))
      }),
      { numRuns: 100 },
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

  it('a preview says to the cent what the order then does', () => {
    fc.assert(
      fc.property(anyActions, (actions) => {
        const player = new Player(newEngine())
        player.open()
        for (const action of actions) {
          const preview = action.what === 'place' ? player.engine.preview(action.order) : undefined
          const events = player.play(action)
          if (action.what !== 'place' || preview === undefined) continue
          const order = events.orders.at(-1)
          const fills = events.fills.filter(({ liquidity }) => liquidity === 'taker')
          const sum = (pick: 'valueCents' | 'feeCents') => fills.reduce((total, fill) => total + fill[pick], 0)
          if (!preview.ok) expect(order?.rejectCode).toBe(preview.rejection.code)
          else {
            expect([sum('valueCents'), sum('feeCents')]).toEqual([preview.valueCents, preview.feeCents])
            expect(player.engine.buyingPower(action.order.account)).toBe(preview.buyingPowerAfterCents)
            const isOpen = order?.status === 'open' || order?.status === 'partially_filled'
            expect(isOpen ? order.lots - order.filledLots : 0).toBe(preview.restLots)
          }
        }
      }),
      { numRuns: 150 },
    )
  })

  it('an engine restored from accounts, positions and open orders goes on as the one before', () => {
    fc.assert(
      fc.property(usersActions, usersActions, (before, after) => {
        const first = new Player(newEngine())
        first.open()
        for (const action of before) first.play(action)
        const second = new Player(restored(first.engine), before.length)
        first.engine.beginEpoch(2)
        second.engine.beginEpoch(2)
        for (const account of USERS) {
          expect(second.engine.account(account)).toEqual(first.engine.account(account))
          expect(second.engine.positions(account)).toEqual(first.engine.positions(account))
        }
        for (const action of after)
          expect(withoutPriority(second.play(action))).toBe(withoutPriority(first.play(action)))
      }),
      { numRuns: 100 },
    )
  })
})

/** Priorities go on after the highest that is still open: only their order is the same. */
const withoutPriority = (events: EngineEvents) =>
  JSON.stringify(events, (key, value: unknown) => (key === 'priority' ? undefined : value))

function restored(engine: Engine): Engine {
  const stored = JSON.parse(
    JSON.stringify({
      accounts: engine.accounts(),
      positions: USERS.flatMap((account) => engine.positions(account)),
      orders: USERS.flatMap((account) => engine.openOrders(account)).sort((a, b) => a.priority - b.priority),
    }),
  ) as { accounts: Parameters<Engine['restoreAccount']>[0][] } & {
    positions: Parameters<Engine['restorePosition']>[0][]
    orders: Parameters<Engine['restoreOrder']>[0][]
  }
  const fresh = newEngine()
  for (const account of stored.accounts) fresh.restoreAccount({ ...account, heldCents: 0 })
  for (const position of stored.positions) fresh.restorePosition({ ...position, heldLots: 0 })
  for (const order of stored.orders) fresh.restoreOrder(order)
  expect(fresh.drain()).toEqual(NO_EVENTS)
  return fresh
}

function expectNotCrossed(engine: Engine, symbol: string): void {
  const { bidTicks, askTicks } = engine.house(symbol)
  expect(bidTicks === 0 || askTicks === 0 || bidTicks < askTicks).toBe(true)
}

/** Cash, holds and cost of one account, worked out again from its open orders. */
function expectSound(engine: Engine, number: number): void {
  const account = engine.account(number)!
  const orders = engine.openOrders(number)
  const held = orders.reduce((sum, order) => {
    const { centsPerTickLot, makerBps, takerBps } = order.symbol === SHARE.symbol ? SHARE : COIN
    const rest = BigInt((order.lots - order.filledLots) * order.limitTicks * centsPerTickLot)
    const feeCentBps = BigInt(order.feeCentBps) + rest * BigInt(order.postOnly ? makerBps : takerBps)
    const hold = rest + (feeCentBps + 9_999n) / 10_000n - BigInt(order.feesPaidCents)
    expect(order.heldCents).toBe(order.side === 'buy' ? Number(hold) : 0)
    return sum + order.heldCents
  }, 0)
  expect(account.heldCents).toBe(held)
  expect(account.cashCents - account.heldCents).toBeGreaterThanOrEqual(0)
  for (const position of engine.positions(number)) {
    const sales = orders.filter((order) => order.side === 'sell' && order.symbol === position.symbol)
    expect(position.heldLots).toBe(sales.reduce((sum, order) => sum + order.lots - order.filledLots, 0))
    expect(position.lots).toBeGreaterThanOrEqual(position.heldLots)
    if (position.lots === 0) expect(position.costCents).toBe(0)
  }
}

/** What rests in the books is what users and the house have not yet traded. */
function expectConserved({ engine, houseOrders }: Player): void {
  for (const symbol of SYMBOLS) {
    const inBook = [...engine.levels(symbol, 'buy'), ...engine.levels(symbol, 'sell')].reduce(
      (n, [, lots]) => n + lots,
      0,
    )
    const users = USERS.flatMap((account) => engine.openOrders(account)).filter((order) => order.symbol === symbol)
    const house = [...(houseOrders.get(symbol)?.values() ?? [])]
    const open = users.map((order) => order.lots - order.filledLots).concat(house)
    expect(inBook).toBe(open.reduce((sum, lots) => sum + lots, 0))
  }
}

const levelsOf = (engine: Engine, symbol: string) => [engine.levels(symbol, 'buy'), engine.levels(symbol, 'sell')]

function expectOneSeq(events: EngineEvents, seqs: Map<number, number>): void {
  const told = events.accounts
  expect(new Set(told.map(({ account }) => account)).size).toBe(told.length)
  for (const { account, seq } of told) {
    expect(seq).toBe((seqs.get(account) ?? 0) + 1)
    seqs.set(account, seq)
  }
  const changed = [...events.orders, ...events.entries, ...events.fills].map(({ account }) => account)
  expect(new Set(told.map(({ account }) => account))).toEqual(new Set(changed))
}

/** The orders are live, so they show what all fills of the operation have come to. */
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
  for (const { account, number, filledLots, filledTickLots, feesPaidCents, lots, status } of orders) {
    const sum = sums.get(`${account}:${number}`) ?? { lots: 0, tickLots: 0, feeCents: 0 }
    expect([filledLots, filledTickLots, feesPaidCents]).toEqual([sum.lots, sum.tickLots, sum.feeCents])
    expect(status === 'filled').toBe(filledLots === lots)
  }
}

/** The ledger as the database would keep it. */
class Books {
  private readonly balances = new Map<string, number>()
  private readonly movements = new Map<string, Map<string, number>>()
  private readonly numbers = new Map<number, number>()

  add(events: EngineEvents): void {
    for (const { account, number, asset, amount, balanceAfter, movementAccount, movementNumber } of events.entries) {
      expect(number).toBe((this.numbers.get(account) ?? 0) + 1)
      this.numbers.set(account, number)
      const balance = (this.balances.get(`${account} ${asset}`) ?? 0) + amount
      this.balances.set(`${account} ${asset}`, balance)
      expect(balanceAfter).toBe(USERS.includes(account) ? balance : undefined)
      const key = `${movementAccount}:${movementNumber}`
      const movement = this.movements.get(key) ?? new Map<string, number>()
      this.movements.set(key, movement.set(asset, (movement.get(asset) ?? 0) + amount))
    }
    for (const movement of this.movements.values()) expect([...movement.values()].every((sum) => sum === 0)).toBe(true)
    this.movements.clear()
  }

  expectAgreement(engine: Engine): void {
    for (const number of [...USERS, HOUSE, FEES, OUTSIDE]) {
      const account = engine.account(number)!
      expect(this.balances.get(`${number} ${CASH}`) ?? 0).toBe(account.cashCents)
      expect(this.numbers.get(number) ?? 0).toBe(account.entryNumber)
      if (!USERS.includes(number)) continue
      for (const symbol of SYMBOLS) {
        expect(this.balances.get(`${number} ${symbol}`) ?? 0).toBe(engine.position(number, symbol)?.lots ?? 0)
      }
      // Realised profit sums to the cash that moved.
      const deposit = number === USERS[2] ? 1_000_000 : 10_000_000
      const cost = engine.positions(number).reduce((sum, position) => sum + position.costCents, 0)
      expect(account.cashCents).toBe(deposit + account.realizedCents - account.feesPaidCents - cost)
    }
  }
}
