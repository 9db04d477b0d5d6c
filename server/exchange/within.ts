/** What a read gives, or an error within its time: one on a dead link would never end. */
export async function within<Value>(ms: number, reading: Promise<Value>): Promise<Value> {
  const overdue = Promise.withResolvers<never>()
  const timer = setTimeout(() => overdue.reject(new Error(`the database did not answer within ${ms} ms`)), ms)
  reading.catch(() => undefined) // where the race is over, that it fails too is no news
  try {
    return await Promise.race([reading, overdue.promise])
  } finally {
    clearTimeout(timer)
  }
}
