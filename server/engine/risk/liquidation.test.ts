import { describe, expect, it } from 'vitest'
import { Engine } from '../engine.ts'
import { ANN, COIN, engineOf, give, orderOf, SHARE, START_MS } from '../engine.fixture.ts'
import { marginEngineOf, markAt, toMargin } from './margin.fixture.ts'

/** The share has an initial margin of 50 % and a maintenance margin of 25 %; the mark is 100.00. */
const MARKET = `
  bid   | price  | ask
        | 100.10 | 5000
  1000  |  99.90 |
  5000  |  99.00 |      `
const QUANTUM_MS = 50

const place = (engine: Engine, fields: Parameters<typeof orderOf>[0]) => engine.apply(orderOf(fields), START_MS)
const stateOf = (engine: Engine, account = ANN) => engine.account(account)?.marginState

/** Sets Ann's lots and cash directly, without trades. */
function standing(engine: Engine, lots: number, cashCents: number, symbol = SHARE.symbol): void {
  give(engine, ANN, lots, symbol)
  Object.assign(engine.account(ANN)!, { cashCents })
}

describe('a margin account', () => {
  it('is warned below 1.25 times its maintenance margin, and no longer at that value', () => {
    const engine = marginEngineOf(MARKET)
    // 1,000 lots at 100.00 need 25,000.00; 1.25 times that is 31,250.00.
    standing(engine, 1_000, 3_125_000 - 10_000_000)
    engine.quantum(START_MS)
    expect(engine.drain().accounts).toEqual([])
    standing(engine, 1_000, 3_124_999 - 10_000_000)
    engine.quantum(START_MS)
    expect(engine.drain().accounts).toMatchObject([
      { account: { account: ANN, marginState: 'warning', seq: 3 }, cause: 'liquidation' },
    ])
    engine.quantum(START_MS)
    expect(engine.drain().accounts).toEqual([])
    engine.apply({ kind: 'account.deposit', account: ANN, cents: 1 }, START_MS)
    engine.quantum(START_MS)
    expect(engine.drain().accounts[0]).toMatchObject({ account: { account: ANN, marginState: 'ok' }, cause: 'deposit' })
  })

  it.each([
    { lots: 1, cashCents: -9_000, side: 'sell' },
    { lots: -1, cashCents: 11_000, side: 'buy' },
  ])('with $lots lot has it closed with a $side', ({ lots, cashCents, side }) => {
    const engine = marginEngineOf(MARKET)
    standing(engine, lots, cashCents)
    for (let quantum = 0; quantum < 2; quantum++) engine.quantum(START_MS + quantum * QUANTUM_MS)
    expect(engine.drain().fills).toMatchObject([{ side, lots: 1 }])
    expect(engine.position(ANN, 'VLNT')?.lots).toBe(0)
  })

  it('below its maintenance margin loses its orders, and from the next quantum on its positions', () => {
    const engine = marginEngineOf(MARKET)
    standing(engine, 1_500, 0)
    const resting = place(engine, { side: 'sell', lots: 200, limitTicks: 10_050, reduceOnly: true }).order
    const stop = { type: 'stop', timeInForce: 'gtc', limitTicks: 0 } as const
    const waiting = place(engine, { side: 'sell', lots: 100, ...stop, stopTicks: 9_800 }).order
    // 1,500 lots at 100.00 need 37,500.00.
    Object.assign(engine.account(ANN)!, { cashCents: 3_749_999 - 15_000_000 })
    engine.drain()
    engine.quantum(START_MS)
    expect(stateOf(engine)).toBe('liquidating')
    expect(engine.drain()).toMatchObject({
      orders: [
        { number: resting.number, status: 'canceled', reason: 'liquidation' },
        { number: waiting.number, status: 'canceled', reason: 'liquidation' },
      ],
      fills: [],
      accounts: [{ account: { account: ANN, heldCents: 0 }, cause: 'liquidation' }],
    })

    engine.quantum(START_MS + QUANTUM_MS)
    // 1,000 lots at 99.90 and 500 at 99.00 bring 149,400.00, less 74.70: the debt of 112,500.01 is repaid.
    expect(engine.account(ANN)).toMatchObject({ marginState: 'ok', cashCents: 3_749_999 - 60_000 - 7_470 })
    const { orders, fills, accounts } = engine.drain()
    const closing = { side: 'sell', type: 'market', timeInForce: 'ioc', reduceOnly: true, lots: 1_500 } as const
    expect(orders).toMatchObject([{ ...closing, status: 'filled', source: 'system', clientOrderId: '#3' }])
    expect(fills.map(({ ticks, lots }) => [ticks, lots])).toEqual([
      [9_990, 1_000],
      [9_900, 500],
    ])
    expect(accounts[0]).toMatchObject({ account: { account: ANN }, cause: 'liquidation' })
  })

  it('that is short has its position bought back', () => {
    const engine = marginEngineOf(MARKET)
    standing(engine, -1_000, 10_000_000 + 2_499_999)
    engine.quantum(START_MS)
    engine.quantum(START_MS)
    // 1,000 lots at 100.10 cost 100,100.00, and 50.05.
    expect(engine.account(ANN)).toMatchObject({ marginState: 'ok', cashCents: 12_499_999 - 10_010_000 - 5_005 })
  })

  it('that is bankrupt is left with its debt, and can only deposit or reset', () => {
    const engine = marginEngineOf(MARKET)
    standing(engine, 1_000, -12_000_000)
    engine.quantum(START_MS)
    engine.quantum(START_MS)
    const cashCents = -12_000_000 + 9_990_000 - 4_995
    expect(engine.account(ANN)).toMatchObject({ marginState: 'ok', cashCents })
    engine.quantum(START_MS)
    expect(stateOf(engine)).toBe('ok')
    expect(place(engine, { side: 'buy', lots: 1, limitTicks: 9_990 })).toMatchObject({
      rejection: { code: 'INSUFFICIENT_MARGIN', availableCents: cashCents },
    })
  })
})

describe('while it is being liquidated', () => {
  const liquidating = () => {
    const engine = marginEngineOf(MARKET)
    const halt = { kind: 'market.status', symbol: 'VLNT', status: 'halted' } as const
    standing(engine, 1_000, -8_000_000)
    engine.quantum(START_MS)
    engine.apply(halt, START_MS)
    engine.quantum(START_MS)
    expect(stateOf(engine)).toBe('liquidating')
    engine.drain()
    return engine
  }

  it('orders, withdrawals and a change of mode are refused; a deposit may end it', () => {
    const engine = liquidating()
    const refused = { ok: false, rejection: { code: 'LIQUIDATING' } }
    expect(place(engine, { side: 'sell', lots: 1, limitTicks: 10_000 })).toMatchObject(refused)
    expect(engine.apply({ kind: 'account.withdraw', account: ANN, cents: 1 }, START_MS)).toMatchObject(refused)
    expect(engine.apply({ kind: 'account.update', account: ANN, mode: 'cash' }, START_MS)).toMatchObject(refused)
    // Equity is 20,000.00; 31,250.00 would end it.
    engine.apply({ kind: 'account.deposit', account: ANN, cents: 1_124_999 }, START_MS)
    engine.quantum(START_MS)
    expect(stateOf(engine)).toBe('liquidating')
    engine.apply({ kind: 'account.deposit', account: ANN, cents: 1 }, START_MS)
    engine.quantum(START_MS)
    expect(stateOf(engine)).toBe('ok')
    expect(engine.position(ANN, 'VLNT')?.lots).toBe(1_000)
  })

  it('a halted market is skipped until it trades again', () => {
    const engine = liquidating()
    expect(engine.position(ANN, 'VLNT')?.lots).toBe(1_000)
    engine.apply({ kind: 'market.status', symbol: 'VLNT', status: 'open' }, START_MS)
    engine.quantum(START_MS)
    expect(engine.position(ANN, 'VLNT')?.lots).toBe(0)
  })

  it('a deposit that ends it keeps what could be closed', () => {
    const engine = liquidating()
    engine.apply({ kind: 'market.status', symbol: 'VLNT', status: 'open' }, START_MS)
    engine.apply({ kind: 'account.deposit', account: ANN, cents: 1_125_000 }, START_MS)
    engine.quantum(START_MS)
    expect(stateOf(engine)).toBe('ok')
    expect(engine.position(ANN, 'VLNT')?.lots).toBe(1_000)
  })

  it('a reset ends it', () => {
    const engine = liquidating()
    engine.apply({ kind: 'account.reset', account: ANN, startingCents: 100 }, START_MS)
    expect(engine.account(ANN)).toMatchObject({ marginState: 'ok', mode: 'margin', cashCents: 100 })
    engine.quantum(START_MS)
    expect(engine.drain().fills).toEqual([])
  })

  it('it continues after a restart', () => {
    const engine = liquidating()
    const restarted = new Engine({ instruments: [SHARE, COIN], maxOpenOrdersPerInstrument: 9 })
    restarted.beginEpoch(2)
    restarted.restore.account({ ...engine.account(ANN)! })
    for (const position of engine.positions(ANN)) restarted.restore.position({ ...position })
    // Nothing is checked while there is no mark.
    restarted.quantum(START_MS)
    expect(restarted.drain().accounts).toEqual([])
    markAt(restarted, 10_000)
    restarted.house('VLNT').place('buy', 9_990, 1_000, 0)
    restarted.quantum(START_MS)
    expect(restarted.position(ANN, 'VLNT')?.lots).toBe(0)
    expect(stateOf(restarted)).toBe('ok')
  })
})

describe('positions are closed', () => {
  /** Ann's shares and coins were below their maintenance margin, and one quantum has closed some of them. */
  function liquidated(
    coinBidTicks: number,
    { shares, coins, cashCents }: { shares: number; coins: number; cashCents: number },
  ): Engine {
    const engine = marginEngineOf(MARKET)
    // A mark of 50.00, so that a coin is worth 100.00.
    engine.house(COIN.symbol).place('buy', coinBidTicks, 5_000, 0)
    engine.house(COIN.symbol).place('sell', 10_000 - coinBidTicks, 5_000, 0)
    engine.quantum(START_MS)
    standing(engine, shares, cashCents)
    give(engine, ANN, coins, COIN.symbol)
    engine.quantum(START_MS)
    engine.quantum(START_MS)
    return engine
  }
  /** Ann holds 100 lots with an equity of 200.00, where even ten lots need 250.00; the band has bids for 30 of them. */
  function withFewBids(): Engine {
    const engine = engineOf(`
      bid | price  | ask
          | 100.10 | 50
      30  |  99.90 |
      60  |  90.00 |      `)
    toMargin(engine, ANN)
    engine.quantum(START_MS)
    standing(engine, 100, -980_000)
    return engine
  }
  const heldIn = (engine: Engine) => [SHARE.symbol, COIN.symbol].map((symbol) => engine.position(ANN, symbol)?.lots)

  it('one per quantum, the smallest loss first', () => {
    // 110,000.00 need 27,500.00 and have 27,000.00. The shares would lose 0.10 and 0.05 each, the coins 0.20 and 0.10:
    // 150.00 compared with 30.00.
    const engine = liquidated(4_990, { shares: 1_000, coins: 100, cashCents: -8_300_000 })
    expect(heldIn(engine)).toEqual([1_000, 0])
    expect(engine.account(ANN)).toMatchObject({ marginState: 'liquidating', cashCents: -8_300_000 + 998_000 - 998 })
    engine.quantum(START_MS)
    expect(heldIn(engine)).toEqual([0, 0])
    expect(stateOf(engine)).toBe('ok')
  })

  it('with their fees in the loss', () => {
    // At the mark the coins would lose 0.08 each and the shares 0.10; with fees of 0.10 and 0.05 it is 0.18 and 0.15.
    const engine = liquidated(4_996, { shares: 100, coins: 100, cashCents: -1_550_000 })
    expect(heldIn(engine)).toEqual([0, 100])
  })

  it('in the order of the instruments where they lose as much', () => {
    // 100 shares lose 10.00 and a fee of 5.00, 75 coins 7.50 and 7.50.
    const engine = liquidated(4_995, { shares: 100, coins: 75, cashCents: -1_350_000 })
    expect(heldIn(engine)).toEqual([0, 75])
  })

  it('no more of them than necessary', () => {
    // The coins would lose 4.00 and 0.10 each. Without the shares 2,500.00 are needed, and 26,850.00 are left.
    const engine = liquidated(4_800, { shares: 1_000, coins: 100, cashCents: -8_300_000 })
    expect(heldIn(engine)).toEqual([0, 100])
    expect(stateOf(engine)).toBe('ok')
    engine.quantum(START_MS)
    expect(heldIn(engine)).toEqual([0, 100])
  })

  it('at most the largest allowed order at once', () => {
    const engine = marginEngineOf(`
      bid     | price | ask
              | 1.01  | 9
      1200000 | 0.99  |   `)
    standing(engine, 1_100_000, -108_000_000)
    engine.quantum(START_MS)
    engine.quantum(START_MS)
    expect(engine.position(ANN, 'VLNT')?.lots).toBe(100_000)
    engine.quantum(START_MS)
    expect(engine.position(ANN, 'VLNT')?.lots).toBe(0)
  })

  it('as far as there is liquidity inside the band; the rest is retried a second later', () => {
    const engine = withFewBids()
    engine.quantum(START_MS)
    engine.drain()
    engine.quantum(START_MS)
    expect(engine.drain().orders).toMatchObject([
      { lots: 100, filledLots: 30, status: 'canceled', reason: 'no_liquidity' },
    ])
    engine.house('VLNT').place('buy', 9_990, 60, 0)
    engine.quantum(START_MS + 999)
    expect(engine.position(ANN, 'VLNT')?.lots).toBe(70)
    engine.quantum(START_MS + 1_000)
    expect(engine.position(ANN, 'VLNT')?.lots).toBe(10)
    engine.drain()
    // Nothing inside the band: it waits without an order.
    for (let at = 0; at < 3; at++) engine.quantum(START_MS + 2_000 + at)
    expect(engine.drain().orders).toEqual([])
    expect(stateOf(engine)).toBe('liquidating')
  })

  it('without delay when a new liquidation begins within the second', () => {
    const engine = withFewBids()
    for (let at = 0; at < 2; at++) engine.quantum(START_MS)
    expect(engine.position(ANN, 'VLNT')?.lots).toBe(70)
    engine.apply({ kind: 'account.deposit', account: ANN, cents: 500_000 }, START_MS)
    engine.quantum(START_MS + 50)
    expect(stateOf(engine)).toBe('ok')
    engine.house('VLNT').place('buy', 9_990, 70, 0)
    standing(engine, 70, -690_000)
    for (let at = 2; at < 4; at++) engine.quantum(START_MS + 50 * at)
    expect(engine.position(ANN, 'VLNT')?.lots).toBe(0)
  })
})
