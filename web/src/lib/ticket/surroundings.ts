import type { AskPayload } from '@valiant/shared/client/outgoing'
import type { AccountSnapshot } from '@valiant/shared/protocol/account'
import type { Instrument, Level } from '@valiant/shared/protocol/market-data'
import type { DataOf, RequestName } from '@valiant/shared/protocol/requests'
import type { TradingChoice } from '#lib/trading/trading-choice.ts'
import type { Receipt } from './receipt.ts'
import type { Scale } from './scale.ts'

/** What a ticket sees around it. */
export interface Surroundings {
  readonly instrument: Instrument
  /** The current status; `instrument` has the one at page load. */
  readonly instrumentStatus: Instrument['status']
  readonly name: string
  readonly scale: Scale
  readonly book: { readonly bids: readonly Level[]; readonly asks: readonly Level[] }
  /** The price of the last trade; the middle of the market before there was one, 0 without either. */
  readonly lastTicks: number
  readonly account: AccountSnapshot | undefined
  /** The trader's choices for sending orders. */
  readonly trading: TradingChoice
  readonly isLive: boolean
  /** The status of the exchange: while degraded it takes no orders, and its prices are indicative. */
  readonly marketStatus: 'open' | 'degraded' | 'halted'
  /** The connection has been lost for more than a second. */
  readonly isStale: boolean
  ask<Name extends RequestName>(name: Name, payload: AskPayload<Name>): Promise<DataOf<Name>>
  serverNow(): number
  /** Shows a result that arrives after the trader has left the ticket, wherever they are by then. */
  tellAway(receipt: Receipt): void
}
