import type { Rows } from '@valiant/shared/protocol/rest'
import type { Request, Response } from 'express'
import { csvOf } from './csv.ts'
import { foundText, invalid } from '../answering/wire-error.ts'

/** Whether a list is requested as a table. @throws {RequestFailure} INVALID, for an unknown format */
export function wantsTable({ query }: Request): boolean {
  const { format = 'json' } = query
  if (format === 'csv') return true
  if (format === 'json') return false
  throw invalid('format', 'unknown', { expected: 'one of "json", "csv"', found: foundText(format) })
}

/** Sends a list as a file for spreadsheets; `Link` has the address of the next page, if there is one. */
export function sendTable(request: Request, response: Response, { rows, data }: { rows: Rows; data: unknown }): void {
  const next: unknown = typeof data === 'object' && data !== null ? Reflect.get(data, 'nextCursor') : undefined
  if (typeof next === 'string') response.links({ next: withCursor(request.originalUrl, next) })
  const [, list = ''] = request.path.split('/')
  response
    .status(200)
    .attachment(`${[list, ...Object.values(request.params)].join('-')}.csv`)
    .set({ 'cache-control': 'no-store', 'content-type': 'text/csv; charset=utf-8' })
    .send(csvOf(rows, data))
}

function withCursor(url: string, cursor: string): string {
  const [path = '', query] = url.split('?')
  const fields = new URLSearchParams(query)
  fields.set('cursor', cursor)
  return `${path}?${fields.toString()}`
}
