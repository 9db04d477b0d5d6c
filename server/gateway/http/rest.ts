import { AccountSnapshot } from '@valiant/shared/protocol/account'
import type { Answer, Rate } from '@valiant/shared/protocol/events'
import { BOOK_DEPTH_DEFAULT } from '@valiant/shared/protocol/limits'
import { BookQuery, type OwnRoute, REST_ROUTES, type RestMethod, type RestRoute } from '@valiant/shared/protocol/rest'
import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express'
import type { z } from 'zod'
import type { Logger } from '../../telemetry/logger.ts'
import { Documents } from '../documents/documents.ts'
import type { Market } from '../market/market.ts'
import type { KeyDesk } from '../sessions/key-desk.ts'
import type { InstrumentOf } from '../requests/history.ts'
import { answerErrors, errorOf, notServed, send } from './http-answers.ts'
import { readerOf } from './rest-fields.ts'
import { sendTable, wantsTable } from './rest-table.ts'
import { RestVisitors, type VisitorParts } from './rest-visitors.ts'
import type { Identity } from '../sessions/sessions.ts'
import { failure, foundText, invalid, RequestFailure } from '../answering/wire-error.ts'
import { inTime } from '../answering/time-limit.ts'
import { fieldFailure } from '../answering/zod-issue.ts'

interface RestParts extends VisitorParts {
  readonly keys: KeyDesk
  readonly market: Market
  readonly instrumentOf: InstrumentOf
  readonly logger: Logger
}

type OwnAnswer = (request: Request, payload: unknown, route: RestRoute) => Promise<Answer>

const CANCELS: readonly string[] = ['order.cancel', 'order.cancelAll']
const ON = { GET: 'get', POST: 'post', PATCH: 'patch', DELETE: 'delete' } as const satisfies Record<RestMethod, string>

/**
 * Everything that is not live, over HTTP: the routes of `shared/protocol/rest.ts`, with the requests and schemas of the
 * socket, and its answer as the body.
 */
export function restRouter(parts: RestParts): Router {
  const { keys, market, instrumentOf, limits } = parts
  const visitors = new RestVisitors(parts)
  const documents = new Documents()

  /** @param work refuses visitors who are not signed in, and keys, before any field is checked */
  const ofUser =
    (work: (identity: Identity | undefined, request: Request) => Promise<unknown>): OwnAnswer =>
    async (request, payload, route) => {
      const receivedAtMs = Date.now()
      await visitors.assertWithin(request)
      const identity = await visitors.identityOf(request, receivedAtMs)
      if (identity?.userId !== undefined) parsed(route.payload, payload)
      return {
        ok: true,
        data: await inTime(work(identity, request), { receivedAtMs, changes: route.method !== 'GET' }),
      }
    }
  const own: Readonly<Record<OwnRoute, OwnAnswer>> = {
    book: async (request, payload) => {
      await visitors.assertWithin(request)
      const { symbol, depth = BOOK_DEPTH_DEFAULT } = parsed(BookQuery, payload)
      const book = market.book(symbol, depth)
      if (book === undefined) throw failure('UNAVAILABLE', 'The book is not available yet.', { retryAfterMs: 1_000 })
      return { ok: true, data: book }
    },
    positions: async (request, payload) => {
      const answer = await visitors.ask(request, 'account', payload)
      return answer.ok ? { ok: true, data: AccountSnapshot.parse(answer.data).positions } : answer
    },
    'keys.list': ofUser((identity) => keys.list(identity)),
    'keys.make': ofUser((identity, { body }) => keys.make(identity, body as unknown)),
    'keys.revoke': ofUser((identity, { params }) => keys.revoke(identity, String(params.id))),
  }

  /** Trading requests count against their account's limit, others against their address's. */
  async function setRateHeaders(request: Request, response: Response, { served }: RestRoute, { rate }: Answer) {
    const isCancel = 'request' in served && CANCELS.includes(served.request)
    const { remaining, resetMs }: Rate = rate ?? (await visitors.left(request))
    const accountBurst = isCancel ? limits.cancelsBurst : limits.ordersBurst
    response.set({
      'ratelimit-limit': String(rate === undefined ? limits.requestsPerSecond : accountBurst),
      'ratelimit-remaining': String(remaining),
      'ratelimit-reset': String(Math.ceil(resetMs / 1_000)),
    })
  }

  function handlerOf(route: RestRoute): RequestHandler {
    const { served, rows } = route
    const payloadOf = readerOf(route)
    const answerTo = async (request: Request): Promise<Answer> => {
      const { symbol } = request.params
      if (symbol !== undefined && instrumentOf(String(symbol)) === undefined) {
        throw failure('NOT_FOUND', `No instrument has the symbol ${foundText(symbol)}.`)
      }
      const payload = payloadOf(request)
      if ('request' in served) return visitors.ask(request, served.request, payload)
      if ('own' in served) return own[served.own](request, payload, route)
      await visitors.assertWithin(request)
      return { ok: true, data: undefined }
    }
    return async (request, response) => {
      const answer = await answerTo(request).catch(refusalOf)
      if (!answer.ok) await visitors.noteRefusal(request, answer.error)
      await setRateHeaders(request, response, route, answer)
      if (answer.ok && 'document' in served) documents.send(served.document, response)
      else if (answer.ok && rows !== undefined && wantsTable(request)) {
        sendTable(request, response, { rows, data: answer.data })
      } else send(response, answer)
    }
  }

  const noteError: ErrorRequestHandler = async (error, request, _response, next) => {
    await visitors.noteRefusal(request, errorOf(error))
    next(error)
  }

  const api = Router()
  api.use(async (request, _response, next) => {
    await visitors.assertMayAsk(request)
    next()
  })
  const json = [jsonOnly, express.json({ limit: limits.frameBytes, strict: false })]
  for (const route of REST_ROUTES) api[ON[route.method]](route.path, json, handlerOf(route))
  api.use((request) => {
    throw notServed(request)
  })
  api.use(noteError, answerErrors(parts.logger))
  return api
}

/** @throws {RequestFailure} INVALID naming the field */
function parsed<Schema extends z.ZodType>(schema: Schema, payload: unknown): z.infer<Schema> {
  const result = schema.safeParse(payload)
  if (!result.success) throw fieldFailure(result.error, payload, schema)
  return result.data
}

/** A refusal as an answer; rethrows anything else. */
function refusalOf(error: unknown): Answer {
  if (error instanceof RequestFailure) return { ok: false, error: error.error }
  throw error
}

/** A form on a foreign page can send cookies, but not JSON. */
const jsonOnly: RequestHandler = (request, _response, next) => {
  const hasBody = request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined
  const isEmpty = request.headers['content-length'] === '0'
  if (hasBody && !isEmpty && request.is('application/json') !== 'application/json') {
    const found = foundText(request.headers['content-type'])
    throw invalid('', 'format', { expected: 'the content type application/json', found })
  }
  if ((request.method === 'POST' || request.method === 'PATCH') && (!hasBody || isEmpty)) {
    throw invalid('', 'required', { expected: 'a JSON object as the body', found: 'nothing' })
  }
  next()
}
