import { assert } from '../assert.ts'
import type { Side } from '../command.ts'
import { CASH, type Fill } from '../event.ts'
import type { EventLog } from '../event-log.ts'
import type { Market } from '../market.ts'
import type { OpenOrder } from '../open-order.ts'
import type { Portfolio } from '../portfolio.ts'
import type { MarginWatch } from '../risk/margin-watch.ts'
import { feeOnFill } from './fees.ts'
import type { Ledger } from './ledger.ts'
import { changePosition } from './position-cost.ts'

/** One match: its parties and price. A side without an order is the house's. */
export interface Match {
  readonly market: Market
  readonly taker: OpenOrder | undefined
  readonly maker: OpenOrder | undefined
  readonly takerSide: Side
  readonly ticks: number
  readonly lots: number
  readonly timeMs: number
}

/** Settles a match: cash and lots change hands, then each user pays the fee. */
export class Settlement {
  private readonly log: EventLog
  private readonly ledger: Ledger
  private readonly house: Portfolio
  private readonly fees: Portfolio
  private readonly watch: MarginWatch

  constructor(parts: { log: EventLog; ledger: Ledger; house: Portfolio; fees: Portfolio; watch: MarginWatch }) {
    this.log = parts.log
    this.ledger = parts.ledger
    this.house = parts.house
    this.fees = parts.fees
    this.watch = parts.watch
  }

  /** @returns the taker's fill, if the taker is a user */
  settle(match: Match): Fill | undefined {
    const { market, taker, maker, takerSide, ticks, lots, timeMs } = match
    const tradeId = market.nextTradeId()
    this.log.trades.push({ symbol: market.symbol, id: tradeId, timeMs, ticks, lots, takerSide })
    if (taker === undefined && maker === undefined) return undefined

    const valueCents = ticks * lots * market.instrument.centsPerTickLot
    const takerRealized = this.exchange(match, taker, takerSide, valueCents)
    const makerRealized = this.exchange(match, maker, takerSide === 'buy' ? 'sell' : 'buy', valueCents)
    this.ledger.begin('trade', timeMs)
    if (taker !== undefined) this.write(market, taker, takerSide, maker, valueCents, lots)
    else if (maker !== undefined) this.write(market, maker, maker.side, undefined, valueCents, lots)
    const fill = taker && this.fill(match, taker, 'taker', tradeId, valueCents, takerRealized)
    if (maker) this.fill(match, maker, 'maker', tradeId, valueCents, makerRealized)
    return fill
  }

  /**
   * Moves cash one way and lots the other, for one side.
   * @returns the realized profit in cents, before fees
   */
  private exchange({ market, lots }: Match, order: OpenOrder | undefined, side: Side, valueCents: number): number {
    if (order === undefined) return 0
    const cash = side === 'buy' ? -valueCents : valueCents
    const { portfolio } = order
    const { account } = portfolio
    const position = portfolio.positionToChange(market)
    account.fillNumber++
    const realizedCents = changePosition(position, side === 'buy' ? lots : -lots, valueCents)
    account.realizedCents += realizedCents
    account.cashCents += cash
    if (portfolio.isMargin) this.watch.note(portfolio)
    else assert(account.cashCents >= 0 && position.lots >= 0, 'cash and lots that the order could pay with')
    this.log.touchPosition(portfolio, position)
    return realizedCents
  }

  /** Writes the two lines of a trade, cash and lots, between a user and the other side. */
  private write(
    market: Market,
    order: OpenOrder,
    side: Side,
    other: OpenOrder | undefined,
    valueCents: number,
    lots: number,
  ): void {
    const { ledger } = this
    const { portfolio } = order
    const counter = other?.portfolio ?? this.house
    const isBuy = side === 'buy'
    const cents = isBuy ? -valueCents : valueCents
    const moved = isBuy ? lots : -lots
    const { number } = order
    const fill = portfolio.account.fillNumber
    const cash = portfolio.account.cashCents
    const lotsAfter = portfolio.lots(market)
    if (other === undefined) {
      ledger.write(portfolio, counter, CASH, cents, cash, 0, number, fill, undefined, undefined)
      ledger.write(portfolio, counter, market.symbol, moved, lotsAfter, 0, number, fill, undefined, undefined)
      return
    }
    const { cashCents, fillNumber } = counter.account
    const counterLots = counter.lots(market)
    ledger.write(portfolio, counter, CASH, cents, cash, cashCents, number, fill, other.number, fillNumber)
    ledger.write(
      portfolio,
      counter,
      market.symbol,
      moved,
      lotsAfter,
      counterLots,
      number,
      fill,
      other.number,
      fillNumber,
    )
  }

  /** Counts the fill on its order, takes the fee and reports it. Plain arguments: see Ledger.write. */
  private fill(
    { market, ticks, lots, timeMs }: Match,
    order: OpenOrder,
    liquidity: 'maker' | 'taker',
    tradeId: number,
    valueCents: number,
    realizedCents: number,
  ): Fill {
    const { portfolio } = order
    const { account } = portfolio
    const bps = liquidity === 'maker' ? market.instrument.makerBps : market.instrument.takerBps
    const feeCents = feeOnFill(order, valueCents, bps)
    order.fill(lots, ticks, valueCents * bps, feeCents)
    assert(order.filledLots <= order.lots && feeCents >= 0, 'a fill within the order, with a fee of 0 or more')
    if (feeCents > 0) this.takeFee(portfolio, order.number, feeCents, timeMs)
    const fill: Fill = {
      account: account.account,
      number: account.fillNumber,
      orderNumber: order.number,
      clientOrderId: order.clientOrderId,
      symbol: market.symbol,
      side: order.side,
      ticks,
      lots,
      valueCents,
      feeCents,
      liquidity,
      realizedCents,
      tradeId,
      timeMs,
    }
    this.log.fills.push(fill)
    return fill
  }

  private takeFee(payer: Portfolio, orderNumber: number, feeCents: number, timeMs: number): void {
    const { account } = payer
    account.cashCents -= feeCents
    account.feesPaidCents += feeCents
    assert(payer.isMargin || account.cashCents >= 0, 'cash that covers the fee')
    this.ledger.begin('fee', timeMs)
    const { cashCents, fillNumber } = account
    this.ledger.write(payer, this.fees, CASH, -feeCents, cashCents, 0, orderNumber, fillNumber, undefined, undefined)
  }
}
