import type { PreferenceStore } from '../../auth/preferences.ts'
import type { AlertStore } from '../../journal/alerts.ts'
import type { ExchangeRequests } from '../leader/exchange-requests.ts'
import { moveMoney } from './account-money.ts'
import { accountReset } from './account-reset.ts'
import { accountUpdate } from './account-update.ts'
import { account } from './account.ts'
import { accountsCreate } from './accounts-create.ts'
import { accounts } from './accounts.ts'
import { alertCreate, alertDelete, alertList } from './alerts.ts'
import { cancelAfter } from './cancel-after.ts'
import { cancelOnDisconnect, type CancelOnDisconnectParts } from './cancel-on-disconnect.ts'
import { equity } from './equity.ts'
import { fills } from './fills.ts'
import type { AccountHistory, InstrumentOf } from './history.ts'
import { ledger } from './ledger.ts'
import { realized } from './realized.ts'
import { orderAmend } from './order-amend.ts'
import { orderCancelAll } from './order-cancel-all.ts'
import { orderCancel } from './order-cancel.ts'
import { orderGet } from './order-get.ts'
import { orderPlace } from './order-place.ts'
import { orderPreview } from './order-preview.ts'
import { orders } from './orders.ts'
import { positionClose } from './position-close.ts'
import { positionProtect } from './position-protect.ts'
import { preferencesGet } from './preferences-get.ts'
import { preferencesSet } from './preferences-set.ts'
import { type OwnerOf, userOf } from './preferences-user.ts'
import {
  accountOf,
  type AccountHandlers,
  type BesideTheExchange,
  type IsUsedId,
  type RelayedName,
  type Relays,
} from './request.ts'

/** Requests that the exchange itself answers. */
export const exchangeRelays = ({
  exchange,
  instrumentOf,
}: {
  readonly exchange: ExchangeRequests
  readonly instrumentOf: InstrumentOf
}): Pick<Relays, Exclude<RelayedName, BesideTheExchange>> => ({
  'order.place': orderPlace({ exchange, instrumentOf }),
  'order.preview': orderPreview({ exchange, instrumentOf }),
  'order.amend': orderAmend(exchange),
  'order.cancel': orderCancel(exchange),
  'order.cancelAll': orderCancelAll({ exchange, instrumentOf }),
  'order.get': orderGet(exchange),
  'position.close': positionClose({ exchange, instrumentOf }),
  'position.protect': positionProtect({ exchange, instrumentOf }),
  cancelAfter: cancelAfter({ exchange, instrumentOf }),
  account: account(exchange),
  'account.update': accountUpdate(exchange),
  'account.deposit': moveMoney('account.deposit', exchange),
  'account.withdraw': moveMoney('account.withdraw', exchange),
  'account.reset': accountReset(exchange),
  'accounts.create': accountsCreate(exchange),
})

/** Requests about an account that the gateway answers itself. */
export const accountHandlers = (parts: {
  readonly exchange: ExchangeRequests
  readonly accountsOf: (userId: string) => Promise<readonly number[]>
  readonly history: AccountHistory
  readonly alerts: AlertStore
  readonly preferences: PreferenceStore
  readonly ownerOf: OwnerOf
  readonly instrumentOf: InstrumentOf
  readonly cancelsOnDisconnect: CancelOnDisconnectParts
}): AccountHandlers => {
  const { exchange, accountsOf, history, alerts, preferences, ownerOf, instrumentOf, cancelsOnDisconnect } = parts
  return {
    accounts: accounts({ exchange, accountsOf }),
    orders: orders({ history, instrumentOf }),
    fills: fills({ history, instrumentOf }),
    ledger: ledger({ history, instrumentOf }),
    equity: equity({ history }),
    realized: realized({ history }),
    'preferences.get': preferencesGet({ preferences, ownerOf }),
    'alert.list': alertList({ alerts, instrumentOf }),
    cancelOnDisconnect: cancelOnDisconnect(cancelsOnDisconnect),
  }
}

/** Requests that change something in the database that the exchange does not know. */
export const databaseRelays = (parts: {
  readonly preferences: PreferenceStore
  readonly ownerOf: OwnerOf
  readonly alerts: AlertStore
  readonly instrumentOf: InstrumentOf
  readonly limits: { readonly preferences: number; readonly preferenceBytesTotal: number; readonly alerts: number }
}): Pick<Relays, BesideTheExchange> => {
  const { preferences, ownerOf, alerts, instrumentOf, limits } = parts
  return {
    'preferences.set': preferencesSet({
      ...{ preferences, ownerOf },
      allowed: { keysMax: limits.preferences, bytesMax: limits.preferenceBytesTotal },
    }),
    'alert.create': alertCreate({ alerts, instrumentOf, max: limits.alerts }),
    'alert.delete': alertDelete({ alerts, instrumentOf }),
  }
}

/** Whether a `requestId` of a request that changes the database has been used before. */
export const databaseIds =
  (parts: {
    readonly preferences: Pick<PreferenceStore, 'hasRequest'>
    readonly ownerOf: OwnerOf
    readonly alerts: Pick<AlertStore, 'hasRequest'>
  }): IsUsedId =>
  async (name, requestId, requester) =>
    name === 'preferences.set'
      ? parts.preferences.hasRequest(await userOf(requester, parts.ownerOf), requestId)
      : parts.alerts.hasRequest(accountOf(requester), requestId)
