import type { Arena } from './arena.ts'
import type { Result } from './trading-run.ts'

/** The size of a run: `isLong` is the full one of the table in docs/faults.md, otherwise a short form for tests. */
export interface Scale {
  readonly isLong: boolean
}

/** A fault and what must hold during it. */
export interface Row {
  /** For `--only`. */
  readonly name: string
  readonly title: string
  run(arena: Arena, scale: Scale): Promise<Result>
}
