/** Why the server cannot start, as one sentence that says what to do; `main.ts` prints it without a stack. */
export class StartupError extends Error {
  override readonly name = 'StartupError'
}

/** What went wrong, on one line, of anything that may be thrown. */
export function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === '') return cause.errors.map(reasonOf).join('; ')
  const text = cause instanceof Error ? cause.message || cause.name : String(cause)
  return text.replaceAll(/\s*\n\s*/g, ' ').trim()
}
