/** The reason why the server cannot start and what to do about it; `main.ts` prints it without a stack. */
export class StartupError extends Error {
  override readonly name = 'StartupError'
}

/** A one-line reason for anything that may be thrown. */
export function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === '') return cause.errors.map(reasonOf).join('; ')
  const text = cause instanceof Error ? cause.message || cause.name : String(cause)
  return text.replaceAll(/\s*\n\s*/g, ' ').trim()
}
