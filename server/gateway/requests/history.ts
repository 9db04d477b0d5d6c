import { parseId } from '@valiant/shared/units/id'
import { PAGE_DEFAULT } from '@valiant/shared/protocol/limits'
import type { ListQuery } from '@valiant/shared/protocol/requests'
import type { ListedInstrument } from '../../instruments.ts'
import type { History, Page } from '../../journal/history.ts'
import { invalid } from '../wire-error.ts'

/** What has been committed of an account, newest first. */
export type AccountHistory = Pick<History, 'orders' | 'fills' | 'entries' | 'equity' | 'orderByClientId'>

export type InstrumentOf = (symbol: string) => ListedInstrument | undefined

/** @throws {Error} for a symbol of our own records that is not listed: a defect */
export function listed(symbol: string, instrumentOf: InstrumentOf): ListedInstrument {
  const instrument = instrumentOf(symbol)
  if (instrument === undefined) throw new Error(`expected a listed instrument, found ${symbol}`)
  return instrument
}

/** @throws {RequestFailure} INVALID, for a symbol of the client's that is not listed */
export function knownInstrument(symbol: string, instrumentOf: InstrumentOf, field = 'symbol'): ListedInstrument {
  const instrument = instrumentOf(symbol)
  if (instrument === undefined) throw unknownSymbol(symbol, field)
  return instrument
}

/** @throws {RequestFailure} INVALID, for a symbol of the client's that is not listed */
export function assertListed(symbol: string | undefined, instrumentOf: InstrumentOf): void {
  if (symbol !== undefined) knownInstrument(symbol, instrumentOf)
}

const unknownSymbol = (symbol: string, field: string) =>
  invalid(field, 'unknown', { expected: 'the symbol of one of `instruments`', found: `"${symbol}"` })

/**
 * One page of an account's list. A cursor is the id of the last item of the page before.
 * @param read asks for one item more than the page has, to know whether another follows
 * @throws {RequestFailure} INVALID, for a cursor of another list or account
 */
export async function pageOf<Item extends { readonly number: number }, Wire>(
  { from, to, cursor, limit = PAGE_DEFAULT }: ListQuery,
  account: number,
  {
    read,
    toWire,
    idOf,
  }: { read: (page: Page) => Promise<readonly Item[]>; toWire: (item: Item) => Wire; idOf: (wire: Wire) => string },
): Promise<{ items: Wire[]; nextCursor?: string }> {
  const before = cursor === undefined ? undefined : parseId(cursor)
  if (cursor !== undefined && before?.account !== account) {
    throw invalid('cursor', 'format', { expected: 'the nextCursor of the page before', found: `"${cursor}"` })
  }
  const found = await read({
    ...(from !== undefined && { fromMs: from }),
    ...(to !== undefined && { toMs: to }),
    ...(before !== undefined && { before: before.number }),
    limit: limit + 1,
  })
  const items = found.slice(0, limit).map(toWire)
  const last = items.at(-1)
  return { items, ...(found.length > limit && last !== undefined && { nextCursor: idOf(last) }) }
}
