/** The result of a read, or an error after a time: on a dead connection it would never end. */
export async function within<Value>(ms: number, reading: Promise<Value>): Promise<Value> {
  const overdue = Promise.withResolvers<never>()
  const timer = setTimeout(() => overdue.reject(new Error(`the database did not answer within ${ms} ms`)), ms)
  reading.catch(() => undefined) // it may fail after the timeout
  try {
    return await Promise.race([reading, overdue.promise])
  } finally {
    clearTimeout(timer)
  }
}
