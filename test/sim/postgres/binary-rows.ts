import { columnsOf } from './schema.ts'

/** A column of a row in the fake; ids are pairs of account and number. */
export type Value = string | number | boolean | Buffer | readonly string[] | Id | null
export interface Id {
  readonly account: number
  readonly number: number
}
export type Row = Readonly<Record<string, Value>>

const INT8 = 20
const INT4 = 23
const TEXT = 25
const BOOL = 16
const BYTEA = 17
const TEXT_ARRAY = 1009
/** 64-bit columns that contain an account and a number. */
const IDS = new Set(['order_id', 'fill_id', 'entry_id'])

/** Decodes rows in Postgres's binary format for an array of a composite type, as the journal sends them. */
export function decodeRows(bytes: Buffer): Row[] {
  let at = 0
  const word = () => bytes.readInt32BE((at += 4) - 4)
  const dimensions = word()
  word() // whether there are nulls among the rows
  const columns = columnsOf(word())
  if (dimensions !== 1) throw new Error(`postgres: expected an array of one dimension, found ${dimensions}`)
  const count = word()
  word() // the first index
  const rows: Row[] = []
  for (let row = 0; row < count; row++) {
    word() // its length
    const width = word()
    if (width !== columns.length) throw new Error(`postgres: expected ${columns.length} columns, found ${width}`)
    const values: Record<string, Value> = {}
    for (const column of columns) {
      const type = word()
      const length = word()
      values[column] = length < 0 ? null : valueOf(bytes, { column, type, at, length })
      at += Math.max(0, length)
    }
    rows.push(values)
  }
  if (at !== bytes.length) throw new Error(`postgres: ${bytes.length - at} bytes left after an array`)
  return rows
}

function valueOf(
  bytes: Buffer,
  { column, type, at, length }: { column: string; type: number; at: number; length: number },
): Value {
  switch (type) {
    case INT8: {
      const high = bytes.readInt32BE(at)
      const low = bytes.readUInt32BE(at + 4)
      return IDS.has(column) ? { account: high, number: low } : high * 4_294_967_296 + low
    }
    case INT4:
      return bytes.readInt32BE(at)
    case BOOL:
      return bytes.readUInt8(at) === 1
    case TEXT:
      return bytes.toString('utf8', at, at + length)
    case BYTEA:
      return Buffer.from(bytes.subarray(at, at + length))
    case TEXT_ARRAY:
      return textsOf(bytes, at)
    default:
      throw new Error(`postgres: ${column} has the unknown type ${type}`)
  }
}

function textsOf(bytes: Buffer, start: number): string[] {
  let at = start
  const word = () => bytes.readInt32BE((at += 4) - 4)
  const dimensions = word()
  at += 8
  if (dimensions === 0) return []
  const count = word()
  word()
  return Array.from({ length: count }, () => {
    const length = word()
    at += length
    return bytes.toString('utf8', at - length, at)
  })
}

/** The text of a column; undefined for other types. */
export const textOf = (value: Value | undefined): string => (typeof value === 'string' ? value : '')
