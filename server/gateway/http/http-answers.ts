import { ERRORS } from '@valiant/shared/protocol/errors'
import type { Answer } from '@valiant/shared/protocol/events'
import type { WireError } from '@valiant/shared/protocol/wire-error'
import type { ErrorRequestHandler, Request, Response } from 'express'
import type { Logger } from '../../telemetry/logger.ts'
import { failure, invalid, isDefect, RequestFailure, toWireError } from '../answering/wire-error.ts'

/** Sends an answer of the protocol, with the status of its code. */
export function send(response: Response, answer: Answer): void {
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

/** Answers all errors in the form of the protocol. */
export const answerErrors =
  (logger: Logger): ErrorRequestHandler =>
  (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error)
      return
    }
    if (isDefect(bodyFailure(error) ?? error)) logger.error({ err: error, path: request.path }, 'HTTP request failed')
    send(response, { ok: false, error: errorOf(error) })
  }

/** The error as the client gets it. */
export const errorOf = (error: unknown): WireError => toWireError(bodyFailure(error) ?? error)

/** Errors of the body parser and the router are the client's, not defects of ours. */
function bodyFailure(error: unknown): RequestFailure | undefined {
  if (!(error instanceof Error) || error instanceof RequestFailure) return undefined
  const status: unknown = Reflect.get(error, 'status')
  if (status === 413) {
    const [limit, length] = [Reflect.get(error, 'limit'), Reflect.get(error, 'length')] as unknown[]
    // A chunked body has no declared length.
    const found = typeof length === 'number' ? `one of ${length}` : 'more'
    return failure('PAYLOAD_TOO_LARGE', `Expected a body of at most ${String(limit)} bytes, found ${found}.`)
  }
  if (typeof status !== 'number' || status < 400 || status >= 500) return undefined
  return invalid('', 'format', { expected: 'a valid path and JSON body', found: 'a malformed request' })
}

/** For an unknown route. */
export const notServed = ({ method, baseUrl, path }: Request): RequestFailure =>
  failure('NOT_FOUND', `Nothing is served at ${method} ${`${baseUrl}${path}`.slice(0, 100)}.`)
