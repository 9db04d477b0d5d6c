import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import type { MarketStatus } from '../engine/command.ts'

/**
 * Keeps the definitions of what is listed, so that the database alone says what its ticks and lots mean.
 * @returns the version of each by symbol; it rises with each change of a definition
 */
export async function seedInstruments(
  queries: Queries,
  definitions: readonly { readonly symbol: string }[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await queries.any<{ symbol: string; version: number }>(sql.journal.seedInstruments, {
    definitions: JSON.stringify(definitions),
  })
  return new Map(rows.map(({ symbol, version }) => [symbol, version]))
}

/** What an operator wants of an instrument. */
export interface WishedStatus {
  readonly status: MarketStatus
  /** While it is not open, the users' orders are taken out of it. */
  readonly cancelsOrders: boolean
}

/** What each instrument takes, by symbol, as its operator set it last. */
export async function marketStatuses(queries: Queries): Promise<ReadonlyMap<string, WishedStatus>> {
  const rows = await queries.any<WishedStatus & { symbol: string }>(sql.journal.listMarketStatuses)
  return new Map(rows.map(({ symbol, status, cancelsOrders }) => [symbol, { status, cancelsOrders }]))
}

/** @returns false for a symbol that is not listed */
export async function setMarketStatus(
  queries: Queries,
  symbol: string,
  status: MarketStatus,
  { cancelsOrders = false }: Partial<WishedStatus> = {},
): Promise<boolean> {
  return (await queries.oneOrNone(sql.journal.setMarketStatus, { symbol, status, cancelsOrders })) !== null
}
