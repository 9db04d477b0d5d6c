import type { BookWalk } from './book/book-walk.ts'
import type { Preview } from './command-result.ts'
import { feesOn, rateBps } from './ledger/fees.ts'
import { reachIn } from './risk/foresight.ts'
import { isPricedByTrigger } from './risk/holds.ts'
import { exposedLots, initialOf, liquidationTicks, marginFiguresOf, valueCentsOf } from './risk/margin.ts'
import { mayRest, reachingOf, rejectionOf, waits, wholeHoldOn } from './risk/rejection.ts'
import type { Request } from './risk/request.ts'

/** The state after an order has traded what it can and its rest is active. */
interface After {
  readonly reach: BookWalk
  readonly valueCents: number
  readonly feeCents: number
  /** Lots that rest or are untriggered. */
  readonly restLots: number
  readonly restFeeCents: number
  readonly restHoldCents: number
}

/** What an order would do if it were placed now, to the cent; changes nothing. */
export function previewOf(request: Request): Preview {
  const rejection = rejectionOf(request)
  if (rejection !== undefined) return { ok: false, rejection }
  const after = waits(request.command.type) ? waiting(request) : carriedOut(request)
  const { valueCents, feeCents, restLots, restFeeCents } = after
  const restTicks = restTicksOf(request)
  const { fills } = after.reach
  const account = request.portfolio.isMargin ? marginAfter(request, after) : cashAfter(request, after)
  return { ok: true, fills, valueCents, feeCents, restLots, restTicks, restFeeCents, ...account, lots: request.lots }
}

const restTicksOf = ({ command, stopTicks }: Request): number =>
  isPricedByTrigger(command) ? stopTicks : command.limitTicks

const NOTHING_MET: BookWalk = { lots: 0, tickLots: 0, fills: [], canceled: [], isStopped: false }

/** Nothing happens now; when triggered, it would pay the taker fee. */
function waiting(request: Request): After {
  const { market, lots } = request
  const { centsPerTickLot, takerBps } = market.instrument
  const restFeeCents = feesOn(restTicksOf(request) * lots * centsPerTickLot * takerBps)
  return {
    reach: NOTHING_MET,
    valueCents: 0,
    feeCents: 0,
    restLots: lots,
    restFeeCents,
    restHoldCents: wholeHoldOn(request),
  }
}

function carriedOut(request: Request): After {
  const { command, market, lots } = request
  const { centsPerTickLot, makerBps, takerBps } = market.instrument
  const reach = reachIn(market, reachingOf(request))
  const valueCents = reach.tickLots * centsPerTickLot
  const feeCentBps = valueCents * takerBps
  const feeCents = feesOn(feeCentBps)
  const restLots = mayRest(command) && !reach.isStopped ? lots - reach.lots : 0
  const restCents = command.limitTicks * restLots * centsPerTickLot
  const restFeeCents = feesOn(feeCentBps + restCents * makerBps) - feeCents
  const holdCents = restCents + feesOn(feeCentBps + restCents * rateBps(command, market.instrument)) - feeCents
  const restHoldCents = command.side === 'buy' && !command.reduceOnly ? holdCents : 0
  return { reach, valueCents, feeCents, restLots, restFeeCents, restHoldCents }
}

function cashAfter({ command, market, portfolio }: Request, after: After) {
  const { reach, valueCents, feeCents, restHoldCents } = after
  // Its own orders that it would cancel are on the other side: only a sell meets buys, which hold cash.
  const releasedCents = reach.canceled.reduce((sum, slot) => sum + (market.openOrders[slot]?.heldCents ?? 0), 0)
  const changeCents = command.side === 'buy' ? -valueCents : valueCents
  const buyingPowerAfterCents = portfolio.buyingPowerCents + changeCents - feeCents - restHoldCents + releasedCents
  return { buyingPowerAfterCents, marginAfterCents: undefined, liquidationTicks: undefined }
}

function marginAfter({ command, market, portfolio }: Request, after: After) {
  const { reach, valueCents, feeCents, restLots } = after
  const sign = command.side === 'buy' ? 1 : -1
  const lotsBefore = portfolio.lots(market)
  const lots = lotsBefore + sign * reach.lots
  const cashCents = portfolio.account.cashCents - sign * valueCents - feeCents
  const restingLots = command.reduceOnly ? 0 : restLots
  const canceledLots = reach.canceled.reduce((sum, slot) => sum + (market.openOrders[slot]?.countedLots ?? 0), 0)
  const [buys, sales] = sign > 0 ? [restingLots, -canceledLots] : [-canceledLots, restingLots]
  const up = lots + portfolio.openLots(market, 'buy') + buys
  const down = lots - portfolio.openLots(market, 'sell') - sales
  const usedAfter = initialOf(market, Math.max(Math.abs(lots), Math.abs(up), Math.abs(down)))
  const { equityCents, marginUsedCents } = marginFiguresOf(portfolio)
  const marginAfterCents = marginUsedCents - initialOf(market, exposedLots(portfolio, market)) + usedAfter
  const equityAfterCents =
    equityCents -
    portfolio.account.cashCents +
    cashCents -
    valueCentsOf(market, lotsBefore) +
    valueCentsOf(market, lots)
  return {
    buyingPowerAfterCents: equityAfterCents - marginAfterCents,
    marginAfterCents,
    liquidationTicks: liquidationTicks(portfolio, market, { market, lots, cashCents }),
  }
}
