import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'

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
