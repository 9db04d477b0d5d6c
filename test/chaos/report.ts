import { fileURLToPath } from 'node:url'
import { tableOf } from '../../bench/table.ts'
import type { Result } from './trading-run.ts'
import type { Row } from './row.ts'

export const FAULTS_PAGE = fileURLToPath(new URL('../../docs/faults.md', import.meta.url))
const HEAD = [
  'acked',
  'lost',
  'doubled',
  'contradicted',
  'failed',
  'unknown',
  'longest without prices, ms',
  'recovered after, ms',
  'missed',
]

/** A row that was run, or the error that ended it. */
export interface Outcome {
  readonly row: Pick<Row, 'name' | 'title'>
  readonly result: Result | undefined
  readonly error: unknown
}

export const isGood = ({ result }: Outcome): boolean => result?.misses.length === 0

/** @param what title of the first column */
export function tableOfOutcomes(outcomes: readonly Outcome[], what = 'fault'): string {
  const lines = outcomes.map(({ row, result }) => {
    if (result === undefined) return [row.title, 'did not finish', ...Array<string>(HEAD.length - 1).fill('')]
    const { verdict, quotesGapMs, recoverMs, misses } = result
    const longest = recoverMs.length === 0 ? '' : String(Math.max(...recoverMs))
    return [
      row.title,
      verdict.acked,
      verdict.lost.length,
      verdict.doubled.length,
      verdict.contradicted.length,
      verdict.failed,
      verdict.unknown,
      quotesGapMs,
      longest,
      misses.join('; '),
    ].map(String)
  })
  return tableOf([what, ...HEAD], lines)
}

/** The notes and misses of a row, one per line. */
export function linesOf({ row, result, error }: Outcome): string[] {
  if (result === undefined)
    return [`FAULT  ${row.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`]
  return [
    `${result.misses.length === 0 ? 'ok   ' : 'FAULT'}  ${row.name}`,
    ...result.notes.map((note) => `         ${note}`),
    ...result.misses.map((miss) => `       ! ${miss}`),
  ]
}
