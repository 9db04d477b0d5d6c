import { toWireOrder } from '../../feed/account/order.ts'
import { type AccountHistory, assertListed, type InstrumentOf, listed, pageOf } from './history.ts'
import { accountOf, type Handler } from './request.ts'

export const orders =
  ({ history, instrumentOf }: { history: AccountHistory; instrumentOf: InstrumentOf }): Handler<'orders'> =>
  (query, requester) => {
    const account = accountOf(requester)
    const { status = 'all', symbol } = query
    assertListed(symbol, instrumentOf)
    return pageOf(query, account, {
      name: 'orders',
      history,
      read: (page) => history.orders(account, { ...page, status, ...(symbol !== undefined && { symbol }) }),
      toWire: (order) => toWireOrder(order, listed(order.symbol, instrumentOf)),
      idOf: (order) => order.orderId,
    })
  }
