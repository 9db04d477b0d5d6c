import { parseSteps, stepOf } from '@valiant/shared/units/decimal'
import { sql } from '../database/sql.ts'
import { highestTicks } from '../engine/instrument.ts'
import type { Snapshot } from './snapshot.ts'

/** An applied split, and the batch that applied it. */
export interface Split {
  readonly symbol: string
  readonly numerator: number
  readonly denominator: number
  readonly batch: bigint
}

/** The properties of an instrument that the checks need. */
interface Rules {
  readonly symbol: string
  readonly centsPerTickLot: number
  readonly makerBps: number
  readonly takerBps: number
  readonly priceBandBps: number
  /** The highest prices that its book has allowed: the first, and one after each split that raised it. */
  readonly highestTicks: readonly number[]
  /** Whether its definition, and so its fees, has never changed. */
  readonly isFirst: boolean
}

/**
 * An instrument's definition in the database: the fields of the wire, and the highest price of its book before any
 * split.
 */
interface Definition {
  readonly tickSize: string
  readonly lotSize: string
  readonly maxQty: string
  readonly makerBps: number
  readonly takerBps: number
  readonly priceBandBps: number
  readonly maxTicks?: number
}

export const readSplits = (snapshot: Snapshot): Promise<Split[]> => snapshot.rows(sql.audit.readSplits)

export async function readRules(snapshot: Snapshot): Promise<Rules[]> {
  const splits = await readSplits(snapshot)
  const rows = await snapshot.rows<{ symbol: string; definition: Definition; version: number }>(
    sql.audit.readInstruments,
  )
  return rows.map(({ symbol, definition, version }) => {
    const { tickSize, lotSize, makerBps, takerBps, priceBandBps } = definition
    const centsPerTickLot = centsOf(tickSize, lotSize)
    const own = splits.filter((split) => split.symbol === symbol)
    const highest = highestPrices({ ...definition, centsPerTickLot }, own)
    return { symbol, centsPerTickLot, makerBps, takerBps, priceBandBps, highestTicks: highest, isFirst: version === 1 }
  })
}

/** Cents per tick and lot: a whole number for every listed instrument. */
function centsOf(tickSize: string, lotSize: string): number {
  const [tick, lot] = [stepOf(tickSize), stepOf(lotSize)]
  return (tick.unit * lot.unit * 100) / 10 ** (tick.decimals + lot.decimals)
}

/** Computes the same prices as `afterSplits` in server/instruments.ts. */
function highestPrices(definition: Definition & { readonly centsPerTickLot: number }, splits: readonly Split[]) {
  const { maxTicks = Number.MAX_SAFE_INTEGER, maxQty, lotSize } = definition
  const maxLots = parseSteps(maxQty, stepOf(lotSize))
  const exact = maxLots.ok ? highestTicks({ ...definition, maxLots: maxLots.value }) : maxTicks
  const prices = [maxTicks]
  let factor = 1
  for (const { numerator, denominator } of splits) {
    factor = (factor * denominator) / numerator
    prices.push(Math.max(maxTicks, Math.min(Math.floor(maxTicks * factor), exact)))
  }
  return [...new Set(prices)]
}
