import { toWireEntry } from '../../feed/account/entry.ts'
import { type AccountHistory, assertListed, type InstrumentOf, pageOf } from './history.ts'
import { accountOf, type Handler } from './request.ts'

export const ledger =
  ({ history, instrumentOf }: { history: AccountHistory; instrumentOf: InstrumentOf }): Handler<'ledger'> =>
  (query, requester) => {
    const account = accountOf(requester)
    const { symbol, kind } = query
    assertListed(symbol, instrumentOf)
    return pageOf(query, account, {
      name: 'entries',
      isRare: kind !== undefined,
      history,
      read: (page) =>
        history.entries(account, {
          ...page,
          ...(symbol !== undefined && { asset: symbol }),
          ...(kind !== undefined && { kind }),
        }),
      toWire: (entry) => toWireEntry(entry, account, instrumentOf),
      idOf: (entry) => entry.entryId,
    })
  }
