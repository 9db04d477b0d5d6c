import { z } from 'zod'
import { Account, LedgerEntry, Position } from './account.ts'
import { ApiKey, MadeApiKey, NewApiKey } from './api-keys.ts'
import { Id, InstrumentSymbol } from './fields.ts'
import { BookDepth, BookFrame, Instrument } from './market-data.ts'
import { News } from './news.ts'
import { AmendOrder, Fill, Order, OrderReference } from './order.ts'
import { type RequestName, REQUESTS } from './requests.ts'

export type RestMethod = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** Routes that are no request of the protocol; the gateway has a handler for each. */
export type OwnRoute = 'book' | 'positions' | 'keys.list' | 'keys.make' | 'keys.revoke'
export type DocumentName = 'openapi' | 'asyncapi'

/** What answers a route. */
export type Served =
  { readonly request: RequestName } | { readonly own: OwnRoute } | { readonly document: DocumentName }

export interface RestRoute {
  readonly method: RestMethod
  /** Below `/api`; its parameters are named after the fields of `payload` that they are. */
  readonly path: string
  readonly served: Served
  readonly tag: 'market' | 'account' | 'orders' | 'keys' | 'documents'
  readonly summary: string
  /** As of a request; `session`: only for who is signed in, not for a key. */
  readonly scope: 'public' | 'read' | 'trade' | 'session'
  readonly changes: boolean
  /** Of the path and the query, or of the path and the body where the method has one. */
  readonly payload: z.ZodObject
  readonly data: z.ZodType
  /** Of a list, which `?format=csv` gives as a table: its columns, or the item whose fields they are. */
  readonly rows?: Rows
}
export type Rows = readonly string[] | z.ZodObject

/** Text that people wrote: a spreadsheet must not take it for a formula. */
export const USER_TEXT: readonly string[] = ['tag', 'note', 'name']

type About = Pick<RestRoute, 'tag'> & Partial<Pick<RestRoute, 'payload' | 'rows'>>

/** A route that is a request of the protocol. */
const asked = (method: RestMethod, path: string, request: RequestName, about: About): RestRoute => {
  const { scope, changes, summary, payload, data } = REQUESTS[request]
  return { method, path, served: { request }, scope, changes, summary, payload, data, ...about }
}

/** One that is none. */
const other = (
  method: RestMethod,
  path: string,
  served: Served,
  about: Omit<RestRoute, 'method' | 'path' | 'served' | 'changes'>,
): RestRoute => ({ method, path, served, changes: false, ...about })

/** What the book is asked with. */
export const BookQuery = z.strictObject({ symbol: InstrumentSymbol, depth: BookDepth.optional() })

const Nothing = z.strictObject({})
/** In a path an order is named by its own id, not by the client's. */
const byOrderId = { clientOrderId: true } as const

/** Every route below `/api` but those of signing in: the gateway serves this table, and the documents describe it. */
export const REST_ROUTES: readonly RestRoute[] = [
  asked('GET', '/time', 'time', { tag: 'market' }),
  asked('GET', '/instruments', 'instruments', { tag: 'market', rows: Instrument }),
  asked('GET', '/candles/:symbol', 'candles', {
    tag: 'market',
    rows: ['time', 'open', 'high', 'low', 'close', 'volume', 'trades'],
  }),
  asked('GET', '/trades/:symbol', 'trades', { tag: 'market', rows: ['id', 'time', 'price', 'qty', 'takerSide'] }),
  other(
    'GET',
    '/book/:symbol',
    { own: 'book' },
    {
      tag: 'market',
      scope: 'public',
      summary: 'The book as it stands: the snapshot of the stream.',
      payload: BookQuery,
      data: BookFrame,
    },
  ),
  asked('GET', '/news', 'news', { tag: 'market', rows: News }),
  asked('GET', '/account', 'account', { tag: 'account' }),
  asked('GET', '/accounts', 'accounts', { tag: 'account', rows: Account }),
  other(
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
  asked('GET', '/fills', 'fills', { tag: 'account', rows: Fill }),
  asked('GET', '/ledger', 'ledger', { tag: 'account', rows: LedgerEntry }),
  asked('GET', '/equity', 'equity', { tag: 'account', rows: ['time', 'equity', 'cash'] }),
  asked('GET', '/orders', 'orders', { tag: 'orders', rows: Order }),
  asked('POST', '/orders', 'order.place', { tag: 'orders' }),
  asked('DELETE', '/orders', 'order.cancelAll', { tag: 'orders' }),
  asked('GET', '/orders/:orderId', 'order.get', { tag: 'orders', payload: OrderReference.omit(byOrderId).required() }),
  asked('PATCH', '/orders/:orderId', 'order.amend', {
    tag: 'orders',
    payload: AmendOrder.omit(byOrderId).required({ orderId: true }),
  }),
  asked('DELETE', '/orders/:orderId', 'order.cancel', {
    tag: 'orders',
    payload: REQUESTS['order.cancel'].payload.omit(byOrderId).required({ orderId: true }),
  }),
  other(
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
  other(
    'POST',
    '/keys',
    { own: 'keys.make' },
    {
      tag: 'keys',
      scope: 'session',
      summary: 'Makes a key; this answer alone shows its text.',
      payload: NewApiKey,
      data: MadeApiKey,
    },
  ),
  other(
    'DELETE',
    '/keys/:id',
    { own: 'keys.revoke' },
    {
      tag: 'keys',
      scope: 'session',
      summary: 'Revokes a key and ends its sockets.',
      payload: z.strictObject({ id: Id }),
      data: z.object({ id: Id }),
    },
  ),
  other(
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
  other(
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

/** Whether a route takes its fields from a body. */
export const takesBody = ({ method }: RestRoute): boolean => method === 'POST' || method === 'PATCH'

/** The parameters of a route's path. */
export const pathFields = ({ path }: RestRoute): string[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name]) => name).filter((name) => name !== undefined)
