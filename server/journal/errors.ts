import { InDoubt } from '../database/in-doubt.ts'

export { InDoubt }

/** Another process has the lease, so this one no longer leads. The batch was not written and never will be. */
export class Fenced extends Error {
  override readonly name = 'Fenced'
}

/** The database rejected the batch: a defect here or in the engine. Nothing was written. */
export class Refused extends Error {
  override readonly name = 'Refused'
  /** The violated constraint, if any. */
  readonly constraint: string | undefined
  readonly sqlState: string | undefined

  constructor(message: string, options: { cause: unknown; constraint?: string; sqlState?: string }) {
    super(message, { cause: options.cause })
    this.constraint = options.constraint
    this.sqlState = options.sqlState
  }
}

/**
 * Classes of SQLSTATE that mean that the statement or one of its rows is wrong; after all others the outcome is in
 * doubt.
 */
const REFUSING = new Set(['0A', '20', '21', '22', '23', '26', '2F', '38', '39', '42', '54', 'P0'])

/** The meaning of a failed commit. */
export function commitError(cause: unknown): Fenced | InDoubt | Refused {
  if (cause instanceof Fenced || cause instanceof InDoubt || cause instanceof Refused) return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  const sqlState = textOf(cause, 'code')
  if (sqlState === 'VL001') return new Fenced(reason, { cause })
  if (cause instanceof RangeError || (sqlState?.length === 5 && REFUSING.has(sqlState.slice(0, 2)))) {
    const constraint = textOf(cause, 'constraint')
    return new Refused(`the database refused a batch: ${reason}`, {
      cause,
      ...(constraint !== undefined && { constraint }),
      ...(sqlState !== undefined && { sqlState }),
    })
  }
  return new InDoubt(`a batch is in doubt: ${reason}`, { cause })
}

function textOf(cause: unknown, field: string): string | undefined {
  const value: unknown = typeof cause === 'object' && cause !== null ? Reflect.get(cause, field) : undefined
  return typeof value === 'string' ? value : undefined
}
