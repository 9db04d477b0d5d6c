import { assert } from '../assert.ts'
import type { Side } from '../command.ts'
import { CASH, type Fill } from '../event.ts'
import type { EventLog } from '../event-log.ts'
import type { Market } from '../market.ts'
import type { OpenOrder } from '../open-order.ts'
import type { Portfolio } from '../portfolio.ts'
import { feeOnFill } from './fees.ts'
import type { Ledger } from './ledger.ts'
import { costTaken } from './position-cost.ts'

/** One match: who meets whom, at what price. A side without an order is the house's. */
export interface Match {
  readonly market: Market
  readonly taker: OpenOrder | undefined
  readonly maker: OpenOrder | undefined
  readonly takerSide: Side
  readonly ticks: number
  readonly lots: number
  readonly timeMs: number
}

/** Turns a match into money: cash and lots change hands in one movement, then each user pays the fee. */
export class Settlement {
  private readonly log: EventLog
  private readonly ledger: Ledger
  private readonly house: Portfolio
  private readonly fees: Portfolio

  constructor(parts: { log: EventLog; ledger: Ledger; house: Portfolio; fees: Portfolio }) {
    this.log = parts.log
    this.ledger = parts.ledger
    this.house = parts.house
    this.fees = parts.fees
  }

  /** @returns the taker's fill, when the taker is a user */
  settle(match: Match): Fill | undefined {
    const { market, taker, maker, takerSide, ticks, lots, timeMs } = match
    const tradeId = market.nextTradeId()
    this.log.trades.push({ symbol: market.symbol, id: tradeId, timeMs, ticks, lots, takerSide })
    if (taker === undefined && maker === undefined) return undefined

    const valueCents = ticks * lots * market.instrument.centsPerTickLot
    this.ledger.beginMovement('trade', timeMs)
    const takerRealized = this.exchange(match, taker, takerSide, valueCents)
    const makerRealized = this.exchange(match, maker, takerSide === 'buy' ? 'sell' : 'buy', valueCents)
    const fill = taker && this.fill(match, taker, 'taker', { tradeId, valueCents, realizedCents: takerRealized })
    if (maker) this.fill(match, maker, 'maker', { tradeId, valueCents, realizedCents: makerRealized })
    return fill
  }

  /**
   * Moves cash one way and lots the other, for one side.
   * @returns the profit it realised, in cents, fees apart
   */
  private exchange({ market, lots }: Match, order: OpenOrder | undefined, side: Side, valueCents: number): number {
    const cash = side === 'buy' ? -valueCents : valueCents
    const amount = side === 'buy' ? lots : -lots
    if (order === undefined) {
      this.house.account.cashCents += cash
      this.ledger.write(this.house, CASH, cash, 0)
      this.ledger.write(this.house, market.symbol, amount, 0)
      return 0
    }
    const { portfolio } = order
    const { account } = portfolio
    const position = portfolio.positionToChange(market)
    const orderNumber = order.number
    const fillNumber = ++account.fillNumber
    let realizedCents = 0
    if (side === 'buy') position.costCents += valueCents
    else {
      const taken = costTaken(position.costCents, lots, position.lots)
      position.costCents -= taken
      realizedCents = valueCents - taken
      position.realizedCents += realizedCents
      account.realizedCents += realizedCents
    }
    account.cashCents += cash
    position.lots += amount
    assert(account.cashCents >= 0 && position.lots >= 0, 'cash and lots that the order could pay with')
    this.log.touchPosition(portfolio, position)
    this.ledger.write(portfolio, CASH, cash, account.cashCents, orderNumber, fillNumber)
    this.ledger.write(portfolio, market.symbol, amount, position.lots, orderNumber, fillNumber)
    return realizedCents
  }

  /** Counts the fill on its order, takes the fee and tells of it. */
  private fill(
    { market, ticks, lots, timeMs }: Match,
    order: OpenOrder,
    liquidity: 'maker' | 'taker',
    { tradeId, valueCents, realizedCents }: { tradeId: number; valueCents: number; realizedCents: number },
  ): Fill {
    const { portfolio } = order
    const { account } = portfolio
    const bps = liquidity === 'maker' ? market.instrument.makerBps : market.instrument.takerBps
    const feeCents = feeOnFill(order, valueCents, bps)
    order.filledLots += lots
    order.filledTickLots += ticks * lots
    order.feeCentBps += valueCents * bps
    order.feesPaidCents += feeCents
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
    this.fees.account.cashCents += feeCents
    assert(account.cashCents >= 0, 'cash that covers the fee')
    const fillNumber = account.fillNumber
    this.ledger.beginMovement('fee', timeMs)
    this.ledger.write(payer, CASH, -feeCents, account.cashCents, orderNumber, fillNumber)
    this.ledger.write(this.fees, CASH, feeCents, 0)
  }
}
