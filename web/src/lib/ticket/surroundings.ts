import type { AskPayload } from '@valiant/shared/client/requests'
import type { AccountSnapshot } from '@valiant/shared/protocol/account'
import type { Instrument, Level } from '@valiant/shared/protocol/market-data'
import type { DataOf, RequestName } from '@valiant/shared/protocol/requests'
import type { TradingChoice } from '#lib/trading/trading-choice.ts'
import type { Receipt } from './receipt.ts'
import type { Scale } from './scale.ts'

/** What a ticket sees around it. */
export interface Surroundings {
  readonly instrument: Instrument
  /** As it stands now; the instrument's own is that of the page's load. */
  readonly instrumentStatus: Instrument['status']
  readonly name: string
  readonly scale: Scale
  readonly book: { readonly bids: readonly Level[]; readonly asks: readonly Level[] }
  /** The price of the last trade; the middle of the market before there was one, 0 without either. */
  readonly lastTicks: number
  readonly account: AccountSnapshot | undefined
  /** How the trader wants orders to be sent. */
  readonly trading: TradingChoice
  readonly isLive: boolean
  /** Of the whole exchange: degraded takes no orders, and its prices are indicative. */
  readonly marketStatus: 'open' | 'degraded' | 'halted'
  /** The connection is away for longer than a moment. */
  readonly isStale: boolean
  ask<Name extends RequestName>(name: Name, payload: AskPayload<Name>): Promise<DataOf<Name>>
  serverNow(): number
  /** Tells what came after the ticket was left, where the trader is by then. */
  tellAway(receipt: Receipt): void
}
