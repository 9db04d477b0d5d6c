import { BOOK_DEPTH_DEFAULT } from '@valiant/shared/protocol/limits'
import { BookDepth } from '@valiant/shared/protocol/market-data'
import { AccountSnapshot } from '@valiant/shared/protocol/account'
import { ERRORS } from '@valiant/shared/protocol/errors'
import type { Answer } from '@valiant/shared/protocol/events'
import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express'
import type { Logger } from '../telemetry/logger.ts'
import type { ClientAddress } from './client-address.ts'
import type { Dispatcher } from './dispatcher.ts'
import { type GatewayLimits, Limit, limitKey } from './limits.ts'
import type { Market } from './market.ts'
import type { KeyDesk } from './key-desk.ts'
import type { InstrumentOf } from './requests/history.ts'
import { type Identity, requesterOf, type Sessions } from './sessions.ts'
import { failure, foundText, invalid, isDefect, RequestFailure, toWireError } from './wire-error.ts'

export interface RestParts {
  readonly dispatcher: Dispatcher
  readonly sessions: Sessions
  readonly keys: KeyDesk
  readonly market: Market
  readonly instrumentOf: InstrumentOf
  readonly clientAddress: ClientAddress
  readonly limits: GatewayLimits
  readonly logger: Logger
}

/** Whole numbers come as text in a query; what is none stays text, and the schema says so. */
const NUMBERS: readonly string[] = ['from', 'to', 'limit', 'points', 'depth']
/** Picks one of several accounts; a query that may stand in a link says `accountId` likewise. */
const ACCOUNT_HEADER = 'x-account-id'
const CANCELS: readonly string[] = ['order.cancel', 'order.cancelAll']

/** What is not live, over HTTP: the same requests, the same schemas, the socket's answer as the body. */
export function restRouter(parts: RestParts): Router {
  const { dispatcher, sessions, keys, market, instrumentOf, clientAddress, limits } = parts
  const requests = new Limit(limits.requestsPerSecond, 1)
  const take = (request: Request) => requests.take(`http ${limitKey(clientAddress(request))}`)

  const identityOf = (request: Request): Promise<Identity | undefined> =>
    sessions.ofRequest(request.headers, request.method, accountIdOf(request))

  async function assertWithin(request: Request): Promise<void> {
    const retryAfterMs = await take(request)
    if (retryAfterMs > 0) throw failure('RATE_LIMITED', 'Too many requests of this address.', { retryAfterMs })
  }

  /** Asks as the visitor of this request, and gives the answer. */
  async function ask(request: Request, event: string, payload: unknown): Promise<Answer> {
    const receivedAtMs = Date.now()
    const identity = await identityOf(request)
    return dispatcher.answer(event, payload, requesterOf(identity, { socketId: undefined, receivedAtMs }), () =>
      take(request),
    )
  }

  const route =
    (event: string, payloadOf: (request: Request) => unknown): RequestHandler =>
    async (request, response) => {
      const answer = await ask(request, event, payloadOf(request))
      tellRate(response, event, answer, limits)
      send(response, answer)
    }
  const known = (request: Request): string => {
    const symbol = String(request.params.symbol)
    if (instrumentOf(symbol) === undefined) throw failure('NOT_FOUND', `No instrument has the symbol "${symbol}".`)
    return symbol
  }
  const bySymbol = (request: Request) => ({ ...queryOf(request), symbol: known(request) })
  const byOrder = (request: Request) => ({ ...queryOf(request), orderId: request.params.id })

  const api = Router()
  api.use(jsonOnly, express.json({ limit: limits.frameBytes, strict: false }))
  for (const name of ['time', 'instruments', 'account', 'accounts', 'orders', 'fills', 'ledger', 'equity'] as const) {
    api.get(`/${name}`, route(name, queryOf))
  }
  api.get('/candles/:symbol', route('candles', bySymbol))
  api.get('/trades/:symbol', route('trades', bySymbol))
  api.get('/book/:symbol', async (request, response) => {
    await assertWithin(request)
    const symbol = known(request)
    const depth = BookDepth.safeParse(queryOf(request).depth ?? BOOK_DEPTH_DEFAULT)
    if (!depth.success) throw invalid('depth', 'unknown', { expected: 'one of 10, 25, 100' })
    const book = market.book(symbol, depth.data)
    if (book === undefined) throw failure('UNAVAILABLE', 'The book is not known yet.', { retryAfterMs: 1_000 })
    send(response, { ok: true, data: book })
  })
  api.get('/positions', async (request, response) => {
    const answer = await ask(request, 'account', queryOf(request))
    send(response, answer.ok ? { ok: true, data: AccountSnapshot.parse(answer.data).positions } : answer)
  })
  api.post(
    '/orders',
    route('order.place', ({ body }) => body as unknown),
  )
  api.delete('/orders', route('order.cancelAll', queryOf))
  api.get('/orders/:id', route('order.get', byOrder))
  api.delete('/orders/:id', route('order.cancel', byOrder))
  api.patch(
    '/orders/:id',
    route('order.amend', (request) => ({ ...(request.body as object), orderId: request.params.id })),
  )
  const keyRoute =
    (work: (identity: Identity | undefined, request: Request) => Promise<unknown>): RequestHandler =>
    async (request, response) => {
      await assertWithin(request)
      send(response, { ok: true, data: await work(await identityOf(request), request) })
    }
  api.get(
    '/keys',
    keyRoute((identity) => keys.list(identity)),
  )
  api.post(
    '/keys',
    keyRoute((identity, { body }) => keys.make(identity, body as unknown)),
  )
  api.delete(
    '/keys/:id',
    keyRoute((identity, { params }) => keys.revoke(identity, String(params.id))),
  )
  api.use((request) => {
    throw failure('NOT_FOUND', `Nothing is served at ${request.method} /api${request.path.slice(0, 100)}.`)
  })
  api.use(answerErrors(parts.logger))
  return api
}

/** A form of a foreign page can send cookies, but not JSON. */
const jsonOnly: RequestHandler = (request, _response, next) => {
  const hasBody = request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined
  const isEmpty = request.headers['content-length'] === '0'
  if (hasBody && !isEmpty && request.is('application/json') !== 'application/json') {
    throw failure('FORBIDDEN', 'A request with a body: expected the content type application/json.')
  }
  if (request.method === 'POST' && (!hasBody || isEmpty)) {
    throw invalid('', 'required', { expected: 'a JSON object as the body', found: 'nothing' })
  }
  next()
}

/** @throws {RequestFailure} INVALID, for one that is no text */
function accountIdOf(request: Request): string | undefined {
  const accountId = request.query.accountId ?? request.headers[ACCOUNT_HEADER]
  if (accountId === undefined || typeof accountId === 'string') return accountId
  throw invalid('accountId', 'type', { expected: 'a string', found: foundText(accountId) })
}

function queryOf(request: Request): Record<string, unknown> {
  const { accountId: _accountId, ...query } = request.query
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => {
      const isNumber = NUMBERS.includes(name) && typeof value === 'string' && /^\d{1,15}$/.test(value)
      return [name, isNumber ? Number(value) : value]
    }),
  )
}

function send(response: Response, answer: Answer): void {
  response.set('cache-control', 'no-store')
  if (answer.ok) {
    response.status(200).json(answer)
    return
  }
  const { code, retryAfterMs } = answer.error
  const { status } = ERRORS[code]
  if (status === 429 || status === 503) response.set('retry-after', String(Math.ceil((retryAfterMs ?? 1_000) / 1_000)))
  response.status(status).json(answer)
}

function tellRate(response: Response, event: string, { rate }: Answer, limits: GatewayLimits): void {
  if (rate === undefined) return
  response.set({
    'ratelimit-limit': String(CANCELS.includes(event) ? limits.cancelsBurst : limits.ordersBurst),
    'ratelimit-remaining': String(rate.remaining),
    'ratelimit-reset': String(Math.ceil(rate.resetMs / 1_000)),
  })
}

/** Whatever went wrong on the way is answered in the protocol's form. */
export const answerErrors =
  (logger: Logger): ErrorRequestHandler =>
  (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error)
      return
    }
    const known = bodyFailure(error) ?? error
    if (isDefect(known)) logger.error({ err: error, path: request.path }, 'an HTTP request failed')
    send(response, { ok: false, error: toWireError(known, false) })
  }

/** What the body parser and the router throw is the client's fault, and no defect of ours. */
function bodyFailure(error: unknown): RequestFailure | undefined {
  if (!(error instanceof Error) || error instanceof RequestFailure) return undefined
  const status: unknown = Reflect.get(error, 'status')
  if (status === 413) return failure('PAYLOAD_TOO_LARGE', 'The body is larger than the limit of a frame.')
  if (typeof status !== 'number' || status < 400 || status >= 500) return undefined
  return invalid('', 'format', { expected: 'a request whose path and JSON body can be read', found: 'one that cannot' })
}
