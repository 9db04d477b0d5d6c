import { sql } from '../database/sql.ts'
import type { Counted } from './check.ts'
import { CHECKS } from './checks.ts'
import { type Fault, Snapshot } from './snapshot.ts'

export type { Fault } from './snapshot.ts'

/** What one check came to. */
export interface CheckResult {
  readonly check: string
  /** What it proves, when it is ok. */
  readonly claim: string
  readonly ok: boolean
  /** How much it went through. */
  readonly counted: number
  readonly of: Counted
  readonly faults: number
  /** The first of the faults. */
  readonly rows: readonly Fault[]
}

export interface Audit {
  readonly results: readonly CheckResult[]
  /** The end of the chain of hashes: who has kept it sees whether all of the chain was made anew. */
  readonly last: { readonly batch: number; readonly hash: string | undefined }
}

/**
 * Holds a database against itself, as it is at one moment: an exchange may go on in it. It changes nothing.
 * @param tell told of each check as it is done
 * @throws {StartupError} when the database cannot be read, or is of another version
 */
export async function audit(url: string, tell: (result: CheckResult) => void = () => undefined): Promise<Audit> {
  await using snapshot = await Snapshot.open(url)
  const [counts] = await snapshot.rows<Record<Counted, bigint>>(sql.audit.countRows)
  const [end] = await snapshot.rows<{ batch: bigint; hash: string | null }>(sql.audit.readLastHash)
  const results: CheckResult[] = []
  for (const { name, claim, of, find } of CHECKS) {
    const finding = await find(snapshot)
    const result = { check: name, claim, ok: finding.faults === 0, counted: Number(counts?.[of] ?? 0), of, ...finding }
    results.push(result)
    tell(result)
  }
  return { results, last: { batch: Number(end?.batch ?? 0), hash: end?.hash ?? undefined } }
}
