/**
 * Columns of many rows (bars, equity samples, news) as Postgres array literals. Encoded here because the driver
 * inspects the type of each element. Rows of a batch use the binary format instead (row-writer.ts).
 */

/**
 * Integers; undefined becomes NULL.
 * @throws {RangeError} for a number that is not a safe integer, which is a defect of the engine
 */
export function integers<Row>(rows: readonly Row[], of: (row: Row) => number | undefined): string {
  let text = ''
  for (const row of rows) {
    const value = of(row)
    if (value === undefined) text += ',NULL'
    else if (Number.isSafeInteger(value)) text += `,${value}`
    else throw new RangeError(`journal: expected a safe integer, found ${value}`)
  }
  return literal(text)
}

/** Texts with any content; undefined becomes NULL. */
export function texts<Row>(rows: readonly Row[], of: (row: Row) => string | undefined): string {
  let text = ''
  for (const row of rows) {
    const value = of(row)
    text += value === undefined ? ',NULL' : `,"${escaped(value)}"`
  }
  return literal(text)
}

const literal = (text: string) => `{${text.slice(1)}}`

const escaped = (value: string) =>
  value.includes('"') || value.includes('\\') ? value.replace(/["\\]/g, '\\$&') : value
