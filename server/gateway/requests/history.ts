import { idText, parseId } from '@valiant/shared/units/id'
import { PAGE_DEFAULT } from '@valiant/shared/protocol/limits'
import type { ListQuery } from '@valiant/shared/protocol/queries'
import type { ListedInstrument } from '../../instruments.ts'
import type { History, ListName, Page } from '../../journal/history.ts'
import { invalid } from '../answering/wire-error.ts'

/** The committed history of accounts, newest first. */
export type AccountHistory = Pick<History, 'orders' | 'fills' | 'entries' | 'stretchOf' | 'equity' | 'realized'>

export type InstrumentOf = (symbol: string) => ListedInstrument | undefined

/** @throws {Error} for an unlisted symbol in our own records, which is a defect */
export function listed(symbol: string, instrumentOf: InstrumentOf): ListedInstrument {
  const instrument = instrumentOf(symbol)
  if (instrument === undefined) throw new Error(`expected a listed instrument, found ${symbol}`)
  return instrument
}

/** @throws {RequestFailure} INVALID, if the client's symbol is not listed */
export function knownInstrument(symbol: string, instrumentOf: InstrumentOf, field = 'symbol'): ListedInstrument {
  const instrument = instrumentOf(symbol)
  if (instrument === undefined) throw unknownSymbol(symbol, field)
  return instrument
}

/** @throws {RequestFailure} INVALID, if the client's symbol is not listed */
export function assertListed(symbol: string | undefined, instrumentOf: InstrumentOf): void {
  if (symbol !== undefined) knownInstrument(symbol, instrumentOf)
}

const unknownSymbol = (symbol: string, field: string) =>
  invalid(field, 'unknown', { expected: 'the symbol of a listed instrument', found: `"${symbol}"` })

/** How far down a list one page looks for a rare symbol; the following pages look further. */
export const LOOKED_AT_MAX = 30_000

/** A list of an account, and how to read and show its items. */
interface AccountList<Item, Wire> {
  readonly name: ListName
  readonly history: AccountHistory
  /** Few items may be asked for; with a symbol that is so anyway. */
  readonly isRare?: boolean
  readonly read: (page: Page) => Promise<readonly Item[]>
  readonly toWire: (item: Item) => Wire
  readonly idOf: (wire: Wire) => string
}

/**
 * One page of an account's list. A cursor is an id: only older items follow. With a symbol, or of a kind, a page may have fewer items than
 * its limit, even none, and still have a next page.
 * @throws {RequestFailure} INVALID, for a cursor of another list or account
 */
export async function pageOf<Item extends { readonly number: number }, Wire>(
  { from, to, cursor, symbol, limit = PAGE_DEFAULT }: ListQuery,
  account: number,
  { name, history, isRare = false, read, toWire, idOf }: AccountList<Item, Wire>,
): Promise<{ items: Wire[]; nextCursor?: string }> {
  const before = numberIn(cursor, account)
  // One more than the page shows, to know whether another page follows.
  const page = {
    ...(from !== undefined && { fromMs: from }),
    ...(to !== undefined && { toMs: to }),
    ...(before !== undefined && { before }),
    limit: limit + 1,
  }
  const downTo = symbol === undefined && !isRare ? undefined : await lookedDownTo(history, name, account, page)
  const found = await read(downTo === undefined ? page : { ...page, downTo })
  const items = found.slice(0, limit).map(toWire)
  const last = items.at(-1)
  if (found.length > limit && last !== undefined) return { items, nextCursor: idOf(last) }
  return { items, ...(downTo !== undefined && { nextCursor: idText(account, downTo) }) }
}

/** The running number in a cursor. @throws {RequestFailure} INVALID, for a cursor of another list or account */
export function numberIn(cursor: string | undefined, account: number): number | undefined {
  if (cursor === undefined) return undefined
  const id = parseId(cursor)
  if (id?.account === account) return id.number
  throw invalid('cursor', 'format', { expected: 'the nextCursor of the page before', found: `"${cursor}"` })
}

/** The last number to look at; undefined if the whole list is short enough. */
async function lookedDownTo(history: AccountHistory, name: ListName, account: number, page: Page) {
  const { first, before } = await history.stretchOf(name, account, page)
  const downTo = before - LOOKED_AT_MAX
  return downTo > first ? downTo : undefined
}
