/**
 * Rows of a batch as arrays of composite types in Postgres's binary format. Compared with one array literal per column,
 * the server reads an order in a third of the time, and nothing needs escaping.
 */

/** Oids of column types. */
const INT8 = 20
const INT4 = 23
const TEXT = 25
const BOOL = 16
const BYTEA = 17
const TEXT_ARRAY = 1009

const FIRST_BYTES = 64 * 1_024
/** The offset in an array of the oid of its element type, which differs between databases. */
const ELEMENT_TYPE_AT = 8
/** Texts up to this length are written in a loop, which is faster than a call out of JavaScript. */
const LOOPED_CHARACTERS_MAX = 40

/** Writes arrays, one after another, into a reused buffer. */
export class RowWriter {
  private bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
  private view = new DataView(this.bytes.buffer)
  private at = 0

  /**
   * @param write writes one row, column by column
   * @returns the array, still without the oid of its type (`ofType`); null for no rows
   */
  rows<Row>(rows: readonly Row[], columns: number, write: (row: Row) => void): Buffer | null {
    if (rows.length === 0) return null
    this.at = 0
    this.room(ELEMENT_TYPE_AT + 12)
    this.word(1) // dimensions
    this.word(0) // no nulls
    this.word(0) // oid of the element type
    this.word(rows.length)
    this.word(1) // the first index
    for (const row of rows) {
      this.room(8)
      const lengthAt = this.at
      this.at += 4
      this.word(columns)
      write(row)
      this.view.setInt32(lengthAt, this.at - lengthAt - 4)
    }
    return Buffer.from(this.bytes.subarray(0, this.at))
  }

  /** @throws {RangeError} for a number that is not a safe integer, which is a defect of the engine */
  int8(value: number | undefined): void {
    if (value === undefined) {
      this.nothing(INT8)
      return
    }
    if (!Number.isSafeInteger(value)) throw new RangeError(`journal: expected a safe integer, found ${value}`)
    const high = Math.floor(value / 4_294_967_296)
    this.pair(high, value - high * 4_294_967_296)
  }

  /**
   * Account and running number as one id (shared/units/id.ts).
   * @throws {RangeError}
   */
  id(account: number, number: number): void {
    if (number >>> 0 !== number) throw new RangeError(`journal: expected a number of 32 bits, found ${number}`)
    this.pair(account, number)
  }

  /** @throws {RangeError} */
  int4(value: number): void {
    if ((value | 0) !== value) throw new RangeError(`journal: expected a whole number of 32 bits, found ${value}`)
    this.room(12)
    this.word(INT4)
    this.word(4)
    this.word(value)
  }

  boolean(value: boolean): void {
    this.room(9)
    this.word(BOOL)
    this.word(1)
    this.view.setUint8(this.at++, value ? 1 : 0)
  }

  text(value: string | undefined): void {
    if (value === undefined) {
      this.nothing(TEXT)
      return
    }
    this.room(4)
    this.word(TEXT)
    this.content(value)
  }

  binary(value: Buffer): void {
    this.room(8 + value.length)
    this.word(BYTEA)
    this.word(value.length)
    this.at += value.copy(this.bytes, this.at)
  }

  texts(values: readonly string[] | undefined): void {
    if (values === undefined) {
      this.nothing(TEXT_ARRAY)
      return
    }
    this.room(28)
    this.word(TEXT_ARRAY)
    const lengthAt = this.at
    this.at += 4
    this.word(values.length > 0 ? 1 : 0)
    this.word(0)
    this.word(TEXT)
    if (values.length > 0) {
      this.word(values.length)
      this.word(1)
    }
    for (const value of values) this.content(value)
    this.view.setInt32(lengthAt, this.at - lengthAt - 4)
  }

  private nothing(type: number): void {
    this.room(8)
    this.word(type)
    this.word(-1)
  }

  private pair(high: number, low: number): void {
    this.room(16)
    this.word(INT8)
    this.word(8)
    this.view.setInt32(this.at, high)
    this.view.setUint32(this.at + 4, low)
    this.at += 8
  }

  /** The length and the characters. */
  private content(value: string): void {
    this.room(4 + 3 * value.length) // at most three bytes per UTF-16 unit
    const start = this.at + 4
    const length = this.ascii(value, start) ?? this.bytes.write(value, start)
    this.word(length)
    this.at += length
  }

  /** @returns the length; undefined for a long or non-ASCII text */
  private ascii(value: string, start: number): number | undefined {
    if (value.length > LOOPED_CHARACTERS_MAX) return undefined
    for (let i = 0; i < value.length; i++) {
      const character = value.charCodeAt(i)
      if (character > 127) return undefined
      this.view.setUint8(start + i, character)
    }
    return value.length
  }

  private word(value: number): void {
    this.view.setInt32(this.at, value)
    this.at += 4
  }

  private room(bytes: number): void {
    if (this.at + bytes <= this.bytes.length) return
    const larger = Buffer.allocUnsafeSlow(2 * (this.at + bytes))
    this.bytes.copy(larger, 0, 0, this.at)
    this.bytes = larger
    this.view = new DataView(larger.buffer)
  }
}

/** Sets the oid that this database has for the array's row type. */
export function ofType(array: Buffer, type: number): Buffer {
  array.writeUInt32BE(type, ELEMENT_TYPE_AT)
  return array
}
