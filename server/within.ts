/**
 * The result of the work, unless it takes longer: on a dead connection it would never end.
 * @param late called when the time is over
 * @throws what `late` returns
 */
export async function within<Value>(
  ms: number,
  work: Promise<Value>,
  late = () => new Error(`no answer within ${ms} ms`),
): Promise<Value> {
  const overdue = Promise.withResolvers<never>()
  const timer = setTimeout(() => overdue.reject(late()), ms)
  try {
    return await Promise.race([work, overdue.promise])
  } finally {
    clearTimeout(timer)
  }
}
