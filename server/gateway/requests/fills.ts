import { toWireFill } from '../../feed/account/fill.ts'
import { type AccountHistory, assertListed, type InstrumentOf, listed, pageOf } from './history.ts'
import { accountOf, type Handler } from './request.ts'

export const fills =
  ({ history, instrumentOf }: { history: AccountHistory; instrumentOf: InstrumentOf }): Handler<'fills'> =>
  (query, requester) => {
    const account = accountOf(requester)
    const { symbol } = query
    assertListed(symbol, instrumentOf)
    return pageOf(query, account, {
      name: 'fills',
      history,
      read: (page) => history.fills(account, { ...page, ...(symbol !== undefined && { symbol }) }),
      toWire: (fill) => toWireFill(fill, listed(fill.symbol, instrumentOf)),
      idOf: (fill) => fill.fillId,
    })
  }
