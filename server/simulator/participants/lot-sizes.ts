import { Rng } from '../price-process/rng.ts'

const TABLE_SIZE = 1024
const LOG_DEVIATION = 1

/** Lognormal draws with a mean of one. One table for all orders, seeds and instruments, because logarithms are expensive. */
const TABLE = tableOf(Rng.of(99, 'lot sizes'))

/** A lognormal size (log deviation 1) in whole lots, at least one. */
export function lotsAbout(mean: number, rng: Rng): number {
  return Math.max(1, Math.round(mean * (TABLE[rng.uint32() & (TABLE_SIZE - 1)] ?? 1)))
}

function tableOf(rng: Rng): Float64Array {
  const table = Float64Array.from({ length: TABLE_SIZE }, () => Math.exp(LOG_DEVIATION * rng.normal()))
  const mean = table.reduce((sum, size) => sum + size, 0) / TABLE_SIZE
  return table.map((size) => size / mean)
}
