import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import { StartupError } from '../database/startup-error.ts'
import type { MarketStatus } from '../engine/command.ts'

/**
 * Stores the definitions of the listed instruments, so that the database alone defines what its ticks and lots mean.
 * @returns the version of each symbol's definition, which increases with each change
 * @throws {StartupError} for another tick or lot of an instrument that has prices: all that is stored would change its meaning
 */
export async function seedInstruments(
  queries: Queries,
  definitions: readonly { readonly symbol: string }[],
): Promise<ReadonlyMap<string, number>> {
  const parameters = { definitions: JSON.stringify(definitions) }
  const [rescaled] = await queries.any<Rescaled>(sql.journal.listRescaledInstruments, parameters)
  if (rescaled !== undefined) {
    const { symbol, tickSize, lotSize } = rescaled
    throw new StartupError(
      `${symbol} is traded in ticks of ${tickSize} and lots of ${lotSize}, which is how its prices and orders are stored. ` +
        'Put these back into INSTRUMENTS_FILE, or list it under another symbol.',
    )
  }
  const rows = await queries.any<{ symbol: string; version: number }>(sql.journal.seedInstruments, parameters)
  return new Map(rows.map(({ symbol, version }) => [symbol, version]))
}

interface Rescaled {
  readonly symbol: string
  readonly tickSize: string
  readonly lotSize: string
}

/** The status that an operator has set. */
export interface OperatorStatus {
  readonly status: MarketStatus
  /** Whether users' orders are canceled while the instrument is not open. */
  readonly cancelsOrders: boolean
}

/** The status of each symbol as last set by an operator. */
export async function marketStatuses(queries: Queries): Promise<ReadonlyMap<string, OperatorStatus>> {
  const rows = await queries.any<OperatorStatus & { symbol: string }>(sql.journal.listMarketStatuses)
  return new Map(rows.map(({ symbol, status, cancelsOrders }) => [symbol, { status, cancelsOrders }]))
}

/** @returns false for a symbol that is not listed */
export async function setMarketStatus(
  queries: Queries,
  symbol: string,
  status: MarketStatus,
  { cancelsOrders = false }: Partial<OperatorStatus> = {},
): Promise<boolean> {
  return (await queries.oneOrNone(sql.journal.setMarketStatus, { symbol, status, cancelsOrders })) !== null
}
