import { sql } from '../database/sql.ts'
import type { Counted } from './check.ts'
import { CHECKS } from './checks.ts'
import { type Fault, Snapshot } from './snapshot.ts'

export type { Fault } from './snapshot.ts'

/** The result of one check. */
export interface CheckResult {
  readonly check: string
  /** What is true when the check passes. */
  readonly claim: string
  readonly ok: boolean
  /** How many rows the check covers. */
  readonly counted: number
  readonly of: Counted
  readonly faults: number
  /** The first faults. */
  readonly rows: readonly Fault[]
}

interface Audit {
  readonly results: readonly CheckResult[]
  /** The last hash of the chain. Whoever stores it can later tell whether the whole chain was recomputed. */
  readonly last: { readonly batch: number; readonly hash: string | undefined }
}

/**
 * Verifies a database against itself as of one moment, while an exchange may keep running on it. Changes nothing.
 * @param onResult called after each check
 * @throws {StartupError} when the database cannot be read or has another version
 */
export async function audit(url: string, onResult: (result: CheckResult) => void = () => undefined): Promise<Audit> {
  await using snapshot = await Snapshot.open(url)
  const [counts] = await snapshot.rows<Record<Counted, bigint>>(sql.audit.countRows)
  const [end] = await snapshot.rows<{ batch: bigint; hash: string | null }>(sql.audit.readLastHash)
  const results: CheckResult[] = []
  for (const { name, claim, of, find } of CHECKS) {
    const finding = await find(snapshot)
    const result = { check: name, claim, ok: finding.faults === 0, counted: Number(counts?.[of] ?? 0), of, ...finding }
    results.push(result)
    onResult(result)
  }
  return { results, last: { batch: Number(end?.batch ?? 0), hash: end?.hash ?? undefined } }
}
