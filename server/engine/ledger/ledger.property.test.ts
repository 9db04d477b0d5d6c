import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AccountNumber, FEES, HOUSE, OUTSIDE } from '../command.ts'
import { Engine } from '../engine.ts'
import { CASH, type EngineEvents } from '../event.ts'
import { moneyActions, playMoney } from '../random-money.fixture.ts'
import { Player, SYMBOLS, USERS } from '../random-trading.fixture.ts'
import type { MarginState } from '../state.ts'
import { COIN, SHARE } from '../engine.fixture.ts'

const BPS = 10_000n
const MICRO_TICKS = 1_000_000n
/** A leverage of twenty, so that sizes of a few hundred lots bring accounts to their limits. */
const INSTRUMENTS = [SHARE, COIN].map((spec) => ({ ...spec, initialMarginBps: 500, maintenanceMarginBps: 300 }))
const newPlayer = () => new Player(new Engine({ instruments: INSTRUMENTS, maxOpenOrdersPerInstrument: 6 }))

/** Margin accounts with 600.00 each. */
function openOnMargin(player: Player, seen: (events: EngineEvents) => void = () => undefined): void {
  seen(player.open())
  for (const account of USERS) {
    player.engine.apply({ kind: 'account.reset', account, startingCents: 60_000 }, player.timeMs)
    player.engine.apply({ kind: 'account.update', account, mode: 'margin' }, player.timeMs)
  }
  seen(player.engine.drain())
}

describe('with any orders, prices and accounts', () => {
  it('balances are the sums of their entries, also for the exchange’s own accounts, and no cent is created or lost', () => {
    fc.assert(
      fc.property(moneyActions, (actions) => {
        const player = newPlayer()
        const books = new Books()
        const seen = (events: EngineEvents) => {
          books.add(events)
        }
        openOnMargin(player, seen)
        for (const action of actions) {
          playMoney(player, action, seen)
          books.expectAgreement(player.engine)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('margin follows from positions and open orders', () => {
    fc.assert(
      fc.property(moneyActions, (actions) => {
        const player = newPlayer()
        openOnMargin(player)
        for (const action of actions) {
          playMoney(player, action, () => {
            for (const account of USERS) {
              const { equityCents, maintenanceCents, marginUsedCents } = player.engine.marginFigures(account)
              expect({ equityCents, maintenanceCents, marginUsedCents }).toEqual(figuresOf(player.engine, account))
            }
          })
        }
      }),
      { numRuns: 30 },
    )
  })

  it('an accepted order that increases a position leaves free margin after it has traded', () => {
    let accepted = 0
    fc.assert(
      fc.property(moneyActions, (actions) => {
        const player = newPlayer()
        openOnMargin(player)
        const { engine } = player
        for (const action of actions) {
          const before = new Map(USERS.map((account) => [account, exposureOf(engine, account)]))
          playMoney(player, action, ({ orders, fills }) => {
            const placed = player.result?.kind === 'order.place' && player.result.ok ? player.result.order : undefined
            if (action.what !== 'place' || placed === undefined || engine.account(placed.account)?.mode !== 'margin')
              return
            const own = [...orders, ...fills].filter(({ account }) => account === placed.account)
            const isAlone = own.every((one) => ('orderNumber' in one ? one.orderNumber : one.number) === placed.number)
            if (!isAlone || exposureOf(engine, placed.account) <= (before.get(placed.account) ?? 0)) return
            accepted++
            expect(engine.buyingPower(placed.account)).toBeGreaterThanOrEqual(0)
          })
        }
      }),
      { numRuns: 60 },
    )
    expect(accepted).toBeGreaterThan(0)
  })

  it('accounts are warned and liquidated in exactly the quanta in which they should be', () => {
    const seen = { warning: 0, liquidating: 0, recovered: 0 }
    fc.assert(
      fc.property(moneyActions, (actions) => {
        const player = newPlayer()
        openOnMargin(player)
        const { engine } = player
        const states = new Map<AccountNumber, MarginState>()
        for (const action of actions) {
          const isQuantum = action.what === 'quantum' || action.what === 'jump'
          let operation = 0
          playMoney(player, action, ({ fills }) => {
            for (const account of USERS) {
              const before = states.get(account) ?? 'ok'
              const { marginState: after = 'ok', mode } = engine.account(account) ?? {}
              states.set(account, after)
              // The first operation of a jump is the house's.
              if (!isQuantum || mode === 'cash' || (action.what === 'jump' && operation === 0)) continue
              const isFilled = fills.some((fill) => fill.account === account)
              if (isFilled && before !== 'liquidating') continue
              expect(after).toBe(
                isFilled && after === 'ok' ? mayEnd(engine, account) : stateAfter(engine, account, before),
              )
              if (before !== after && after !== 'ok') seen[after]++
              if (before === 'liquidating' && after === 'ok') seen.recovered++
            }
            operation++
          })
        }
      }),
      { numRuns: 100 },
    )
    expect(Math.min(seen.warning, seen.liquidating, seen.recovered)).toBeGreaterThan(0)
  })
})

/** The margin state according to docs/trading-rules.md, 8. */
function stateAfter(engine: Engine, account: AccountNumber, before: MarginState): MarginState {
  const held = engine.positions(account).filter(({ lots }) => lots !== 0)
  if (held.some(({ symbol }) => engine.markMicroTicks(symbol) === 0)) return before
  const { equityCents, maintenanceCents } = figuresOf(engine, account)
  if (held.length === 0 || 4 * equityCents >= 5 * maintenanceCents) return 'ok'
  if (before === 'liquidating' || equityCents < maintenanceCents) return 'liquidating'
  return 'warning'
}

const mayEnd = (engine: Engine, account: AccountNumber): MarginState => stateAfter(engine, account, 'liquidating')

/** Recomputed in bigint. */
function figuresOf(engine: Engine, account: AccountNumber) {
  const isMargin = engine.account(account)?.mode === 'margin'
  let [equity, maintenance, used] = [BigInt(engine.account(account)?.cashCents ?? 0), 0n, 0n]
  for (const spec of INSTRUMENTS) {
    const value = (lots: number) => {
      const micro = BigInt(Math.abs(lots)) * BigInt(engine.markMicroTicks(spec.symbol)) * BigInt(spec.centsPerTickLot)
      return (2n * micro + MICRO_TICKS) / (2n * MICRO_TICKS)
    }
    const share = (cents: bigint, bps: number) => (cents * BigInt(bps) + BPS - 1n) / BPS
    const lots = engine.position(account, spec.symbol)?.lots ?? 0
    equity += lots < 0 ? -value(lots) : value(lots)
    if (!isMargin) continue
    maintenance += share(value(lots), spec.maintenanceMarginBps)
    used += share(value(exposedLots(engine, account, spec.symbol)), spec.initialMarginBps)
  }
  return { equityCents: Number(equity), maintenanceCents: Number(maintenance), marginUsedCents: Number(used) }
}

function exposedLots(engine: Engine, account: AccountNumber, symbol: string): number {
  const lots = engine.position(account, symbol)?.lots ?? 0
  const open = engine.openOrders(account).filter((order) => order.symbol === symbol && !order.reduceOnly)
  const left = (side: 'buy' | 'sell') =>
    open.filter((order) => order.side === side).reduce((sum, order) => sum + order.lots - order.filledLots, 0)
  return Math.max(Math.abs(lots), Math.abs(lots + left('buy')), Math.abs(lots - left('sell')))
}

const exposureOf = (engine: Engine, account: AccountNumber): number =>
  SYMBOLS.reduce((sum, symbol) => sum + exposedLots(engine, account, symbol), 0)

/** The ledger as the database would keep it. */
class Books {
  private readonly balances = new Map<string, number>()
  private readonly numbers = new Map<number, number>()
  /** Cash that an account received without trading since its last reset. */
  private readonly given = new Map<number, number>()

  add({ entries }: EngineEvents): void {
    for (const entry of entries) {
      const { account, number, counter, counterNumber, kind, asset, amount, balanceAfter, counterBalanceAfter } = entry
      expect(amount).not.toBe(0)
      this.write(account, number, asset, amount, balanceAfter)
      this.write(counter, counterNumber, asset, -amount, counterBalanceAfter)
      if (asset !== CASH || kind === 'trade' || kind === 'fee' || kind === 'split') continue
      // The last entry of a reset is the new starting cash.
      this.given.set(account, kind === 'reset' ? amount : (this.given.get(account) ?? 0) + amount)
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
    let total = 0
    for (const number of [...USERS, HOUSE, FEES, OUTSIDE]) {
      const account = engine.account(number)
      const balance = this.balances.get(`${number} ${CASH}`) ?? 0
      expect(account?.cashCents).toBe(USERS.includes(number) ? balance : 0)
      expect(this.numbers.get(number) ?? 0).toBe(account?.entryNumber)
      total += balance
      if (USERS.includes(number)) this.expectPositions(engine, number)
    }
    expect(total).toBe(0)
    expect(this.balances.get(`${FEES} ${CASH}`) ?? 0).toBeGreaterThanOrEqual(0)
  }

  private expectPositions(engine: Engine, number: AccountNumber): void {
    const { cashCents = 0, realizedCents = 0, feesPaidCents = 0 } = engine.account(number) ?? {}
    for (const symbol of SYMBOLS) {
      expect(this.balances.get(`${number} ${symbol}`) ?? 0).toBe(engine.position(number, symbol)?.lots ?? 0)
    }
    const costCents = engine.positions(number).reduce((sum, position) => sum + position.costCents, 0)
    const realized = engine.positions(number).reduce((sum, position) => sum + position.realizedCents, 0)
    expect(realized).toBe(realizedCents)
    expect(cashCents).toBe((this.given.get(number) ?? 0) + realizedCents - feesPaidCents - costCents)
  }
}
