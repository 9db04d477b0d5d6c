import { EQUITY_POINTS_MAX, PAGE_MAX } from '@valiant/shared/protocol/limits'

/** What an account has that grows for ever; each is a file. */
export type ListName = 'orders' | 'fills' | 'ledger' | 'equity'

export class ExportFailed extends Error {
  override readonly name = 'ExportFailed'
}

interface Asked {
  readonly list: ListName
  readonly accountId: string
  readonly signal: AbortSignal
  /** Called after each page with the number of rows so far. */
  readonly onrows: (rows: number) => void
}

/** A page that is refused for now, or lost on the way, is asked for so often. */
const TRIES_MAX = 6
const PAUSE_MS = 1_000
const MINUTE_MS = 60_000
const LINE_END = '\r\n'

/**
 * All of a list as one CSV file, however long: page after page, so that neither end ever holds more than one and the file's
 * parts, which browsers keep out of memory. Lists are newest first, equity is oldest first.
 * @throws {ExportFailed} and what `signal` is aborted with
 */
export async function listFile({ list, accountId, signal, onrows }: Asked): Promise<Blob> {
  const pages: Blob[] = []
  let [head, rows] = ['', 0]
  let next: string | undefined = firstOf(list, accountId)
  while (next !== undefined) {
    const response = await patientFetch(next, signal)
    const text = await response.text()
    const headEnd = text.indexOf(LINE_END) + LINE_END.length
    head = text.slice(0, headEnd)
    const page = text.slice(headEnd)
    rows += rowsIn(page)
    if (list === 'equity') pages.unshift(new Blob([page]))
    else pages.push(new Blob([page]))
    onrows(rows)
    next = list === 'equity' ? earlierOf(page, accountId) : linkedBy(response)
  }
  return new Blob([head, ...pages], { type: 'text/csv' })
}

/** `guest-4821-orders-2026-11-27.csv` */
export function fileName(account: string, list: ListName, nowMs: number): string {
  const name = account.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-')
  return `${name}-${list}-${new Date(nowMs).toISOString().slice(0, 10)}.csv`
}

const urlOf = (list: ListName, fields: Record<string, string>): string =>
  `/api/${list}?${new URLSearchParams({ ...fields, format: 'csv' }).toString()}`

const firstOf = (list: ListName, accountId: string): string =>
  list === 'equity'
    ? urlOf(list, { accountId, interval: '1m' })
    : urlOf(list, { accountId, limit: String(PAGE_MAX), ...(list === 'orders' && { status: 'all' }) })

/** The points before a page of equity, which has no cursor; its first is its oldest. */
function earlierOf(page: string, accountId: string): string | undefined {
  if (rowsIn(page) < EQUITY_POINTS_MAX) return undefined
  const oldestMs = Number.parseInt(page, 10)
  const minuteMs = oldestMs - (oldestMs % MINUTE_MS)
  return urlOf('equity', { accountId, interval: '1m', to: String(minuteMs) })
}

const linkedBy = ({ headers }: Response): string | undefined =>
  /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1]

/** A text that people wrote may hold the end of a line, between quotes. */
const rowsIn = (page: string): number =>
  page.split('"').reduce((rows, part, i) => rows + (i % 2 === 0 ? part.split(LINE_END).length - 1 : 0), 0)

async function patientFetch(url: string, signal: AbortSignal): Promise<Response> {
  for (let tries = 1; ; tries++) {
    const response = await fetch(url, { signal }).catch(() => undefined)
    signal.throwIfAborted()
    if (response?.ok) return response
    const mayPass = response === undefined || response.status === 429 || response.status === 503
    if (!mayPass || tries === TRIES_MAX) throw new ExportFailed(url)
    const seconds = Number(response?.headers.get('retry-after') ?? 0)
    await new Promise((resolve) => setTimeout(resolve, Math.max(PAUSE_MS, seconds * 1_000)))
    signal.throwIfAborted()
  }
}
