/** An error as Postgres reports it. */
export class PgError extends Error {
  readonly code: string
  readonly constraint: string | undefined

  constructor(code: string, message: string, constraint?: string) {
    super(message)
    this.code = code
    this.constraint = constraint
  }
}
