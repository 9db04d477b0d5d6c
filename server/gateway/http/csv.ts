import { type Rows, USER_TEXT } from '@valiant/shared/protocol/rest'
import { stringify } from 'csv-stringify/sync'
import { z } from 'zod'

/**
 * A list as CSV (RFC 4180): a header row with the field names, where nested fields go by their path ("session.open").
 * User-supplied text that a spreadsheet would take for a formula gets an apostrophe before it; numbers stay as they are.
 * @param data of the answer: a list, or a page of one
 */
export function csvOf(rows: Rows, data: unknown): string {
  return stringify(itemsOf(data) as object[], {
    header: true,
    columns: columnsOf(rows),
    record_delimiter: 'windows',
    cast: {
      boolean: String,
      object: (value) => (Array.isArray(value) ? value.join(' ') : ''),
      string: (value, { column }) => ({ value, escape_formulas: USER_TEXT.includes(String(column)) }),
    },
  })
}

const itemsOf = (data: unknown): unknown => (Array.isArray(data) ? data : Reflect.get(Object(data), 'items'))

function columnsOf(rows: Rows): string[] {
  return rows instanceof z.ZodObject ? namesIn(rows) : [...rows]
}

/** The names of all fields; nested ones by their path. */
function namesIn(schema: z.ZodObject): string[] {
  return Object.entries(schema.shape).flatMap(([name, field]) =>
    field instanceof z.ZodObject ? namesIn(field).map((inner) => `${name}.${inner}`) : [name],
  )
}
