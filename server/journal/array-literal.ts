/*
 * Columns of a batch as Postgres array literals. Written by hand: the driver's own encoding looks at the type of each
 * element and costs a tenth of a commit (yardsticks.md, 2).
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

/** Words of our own vocabulary: letters, digits and marks that need no quotes. */
export function words<Row>(rows: readonly Row[], of: (row: Row) => string | undefined): string {
  let text = ''
  for (const row of rows) text += ',' + (of(row) ?? 'NULL')
  return literal(text)
}

export function booleans<Row>(rows: readonly Row[], of: (row: Row) => boolean): string {
  let text = ''
  for (const row of rows) text += of(row) ? ',t' : ',f'
  return literal(text)
}

export function bytes<Row>(rows: readonly Row[], of: (row: Row) => Buffer): string {
  let text = ''
  for (const row of rows) text += `,"\\\\x${of(row).toString('hex')}"`
  return literal(text)
}

const literal = (text: string) => `{${text.slice(1)}}`

const escaped = (value: string) =>
  value.includes('"') || value.includes('\\') ? value.replace(/["\\]/g, '\\$&') : value
