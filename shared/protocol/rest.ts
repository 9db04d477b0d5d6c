import { z } from 'zod'
import { Account, LedgerEntry, Position } from './account.ts'
import { ApiKey, MadeApiKey, NewApiKey } from './api-keys.ts'
import { Id, InstrumentSymbol } from './fields.ts'
import { BookDepth, BookFrame, Instrument } from './market-data.ts'
import { News } from './news.ts'
import { AmendOrder, Fill, Order, OrderReference } from './order.ts'
import { type RequestName, REQUESTS } from './requests.ts'

export type RestMethod = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** Routes that do not correspond to a request of the protocol; the gateway has a handler for each. */
export type OwnRoute = 'book' | 'positions' | 'keys.list' | 'keys.make' | 'keys.revoke'
export type DocumentName = 'openapi' | 'asyncapi'

/** What serves a route. */
export type Served =
  { readonly request: RequestName } | { readonly own: OwnRoute } | { readonly document: DocumentName }

export interface RestRoute {
  readonly method: RestMethod
  /** Below `/api`. Path parameters have the names of fields of `payload`. */
  readonly path: string
  readonly served: Served
  readonly tag: 'market' | 'account' | 'orders' | 'keys' | 'documents'
  readonly summary: string
  /** As for a request; `session` means only signed-in users, not API keys. */
  readonly scope: 'public' | 'read' | 'trade' | 'session'
  readonly changes: boolean
  /** Fields from the path and the query, or from the path and the body where the method has one. */
  readonly payload: z.ZodObject
  readonly data: z.ZodType
  /** For lists, which `?format=csv` returns as a table: its columns, or the schema whose fields are the columns. */
  readonly rows?: Rows
}
export type Rows = readonly string[] | z.ZodObject

/** Fields with text that users wrote: a spreadsheet must not read it as a formula. An id may be "-A1". */
export const USER_TEXT: readonly string[] = ['tag', 'note', 'name', 'clientOrderId']

type RouteOptions = Pick<RestRoute, 'tag'> & Partial<Pick<RestRoute, 'payload' | 'rows'>>

/** A route that serves a request of the protocol. */
const requestRoute = (method: RestMethod, path: string, request: RequestName, options: RouteOptions): RestRoute => {
  const { scope, changes, summary, payload, data } = REQUESTS[request]
  return { method, path, served: { request }, scope, changes, summary, payload, data, ...options }
}

/** Any other route. */
const otherRoute = (
  method: RestMethod,
  path: string,
  served: Served,
  options: Omit<RestRoute, 'method' | 'path' | 'served' | 'changes'>,
): RestRoute => ({ method, path, served, changes: false, ...options })

/** Parameters of the book route. */
export const BookQuery = z.strictObject({ symbol: InstrumentSymbol, depth: BookDepth.optional() })

const Nothing = z.strictObject({})
/** A path names an order by one of its two ids, and its payload has no field for the other. */
const byOrderId = { clientOrderId: true } as const
const byClientOrderId = { orderId: true } as const

/**
 * Every route below `/api` except those of authentication. The gateway serves this table, and the documents describe
 * it.
 */
export const REST_ROUTES: readonly RestRoute[] = [
  requestRoute('GET', '/time', 'time', { tag: 'market' }),
  requestRoute('GET', '/instruments', 'instruments', { tag: 'market', rows: Instrument }),
  requestRoute('GET', '/candles/:symbol', 'candles', {
    tag: 'market',
    rows: ['time', 'open', 'high', 'low', 'close', 'volume', 'trades'],
  }),
  requestRoute('GET', '/trades/:symbol', 'trades', {
    tag: 'market',
    rows: ['id', 'time', 'price', 'qty', 'takerSide'],
  }),
  otherRoute(
    'GET',
    '/book/:symbol',
    { own: 'book' },
    {
      tag: 'market',
      scope: 'public',
      summary: 'The current book: the snapshot of the stream.',
      payload: BookQuery,
      data: BookFrame,
    },
  ),
  requestRoute('GET', '/news', 'news', { tag: 'market', rows: News }),
  requestRoute('GET', '/account', 'account', { tag: 'account' }),
  requestRoute('GET', '/accounts', 'accounts', { tag: 'account', rows: Account }),
  otherRoute(
    'GET',
    '/positions',
    { own: 'positions' },
    {
      tag: 'account',
      scope: 'read',
      summary: 'What the account holds.',
      payload: Nothing,
      data: z.array(Position),
      rows: Position,
    },
  ),
  requestRoute('GET', '/fills', 'fills', { tag: 'account', rows: Fill }),
  requestRoute('GET', '/ledger', 'ledger', { tag: 'account', rows: LedgerEntry }),
  requestRoute('GET', '/equity', 'equity', { tag: 'account', rows: ['time', 'equity', 'cash'] }),
  requestRoute('GET', '/orders', 'orders', { tag: 'orders', rows: Order }),
  requestRoute('POST', '/orders', 'order.place', { tag: 'orders' }),
  requestRoute('DELETE', '/orders', 'order.cancelAll', { tag: 'orders' }),
  requestRoute('GET', '/orders/:orderId', 'order.get', {
    tag: 'orders',
    payload: OrderReference.omit(byOrderId).required(),
  }),
  requestRoute('PATCH', '/orders/:orderId', 'order.amend', {
    tag: 'orders',
    payload: AmendOrder.omit(byOrderId).required({ orderId: true }),
  }),
  requestRoute('DELETE', '/orders/:orderId', 'order.cancel', {
    tag: 'orders',
    payload: REQUESTS['order.cancel'].payload.omit(byOrderId).required({ orderId: true }),
  }),
  requestRoute('GET', '/orders/by-client-id/:clientOrderId', 'order.get', {
    tag: 'orders',
    payload: OrderReference.omit(byClientOrderId).required(),
  }),
  requestRoute('PATCH', '/orders/by-client-id/:clientOrderId', 'order.amend', {
    tag: 'orders',
    payload: AmendOrder.omit(byClientOrderId).required({ clientOrderId: true }),
  }),
  requestRoute('DELETE', '/orders/by-client-id/:clientOrderId', 'order.cancel', {
    tag: 'orders',
    payload: REQUESTS['order.cancel'].payload.omit(byClientOrderId).required({ clientOrderId: true }),
  }),
  otherRoute(
    'GET',
    '/keys',
    { own: 'keys.list' },
    {
      tag: 'keys',
      scope: 'session',
      summary: 'The keys of all accounts of the user, newest first.',
      payload: Nothing,
      data: z.array(ApiKey),
      rows: ApiKey,
    },
  ),
  otherRoute(
    'POST',
    '/keys',
    { own: 'keys.make' },
    {
      tag: 'keys',
      scope: 'session',
      summary: 'Creates a key; its secret is shown only in this answer.',
      payload: NewApiKey,
      data: MadeApiKey,
    },
  ),
  otherRoute(
    'DELETE',
    '/keys/:id',
    { own: 'keys.revoke' },
    {
      tag: 'keys',
      scope: 'session',
      summary: 'Revokes a key and closes its sockets.',
      payload: z.strictObject({ id: Id }),
      data: z.object({ id: Id }),
    },
  ),
  otherRoute(
    'GET',
    '/openapi.json',
    { document: 'openapi' },
    {
      tag: 'documents',
      scope: 'public',
      summary: 'The REST routes as OpenAPI 3.1.',
      payload: Nothing,
      data: z.object({ openapi: z.string() }),
    },
  ),
  otherRoute(
    'GET',
    '/asyncapi.json',
    { document: 'asyncapi' },
    {
      tag: 'documents',
      scope: 'public',
      summary: 'The requests and events of the socket as AsyncAPI 3.',
      payload: Nothing,
      data: z.object({ asyncapi: z.string() }),
    },
  ),
]

/** Whether a route reads its fields from a body. */
export const takesBody = ({ method }: RestRoute): boolean => method === 'POST' || method === 'PATCH'

/** The parameters of a route's path. */
export const pathFields = ({ path }: RestRoute): string[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name]) => name).filter((name) => name !== undefined)
