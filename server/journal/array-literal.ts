/*
 * Columns of many rows as Postgres array literals: bars, samples of equity, news. Written by hand, since the driver's own
 * encoding looks at the type of each element. Rows of a batch go in binary form (row-writer.ts).
 */

/**
 * Whole numbers; undefined is NULL.
 * @throws {RangeError} for what a double does not hold exactly: the engine's defect
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

/** Texts of any content; undefined is NULL. */
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
