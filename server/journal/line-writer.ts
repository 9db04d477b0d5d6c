const FIRST_BYTES = 16 * 1_024
const SPACE = 0x20
const LINE_FEED = 0x0a
/** What is absent; and a minus. */
const DASH = 0x2d
const ZERO = 0x30
/** Above and below this a safe integer is a number of 32 bits each: those are divided faster than doubles. */
const BILLION = 1_000_000_000
const BILLION_DIGITS = 9
/** The widest column of a number: a sign and sixteen digits; and what parts it from the next. */
const NUMBER_BYTES = 18

/**
 * Lines of words and whole numbers, parted by a space, as bytes in memory that it keeps. As text they cost more than
 * twice as much: a string a number, put together and then encoded.
 */
export class LineWriter {
  private bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
  private at = 0

  clear(): void {
    this.at = 0
  }

  /** What has been written since it was cleared; good until it is cleared again. */
  written(): Buffer {
    return this.bytes.subarray(0, this.at)
  }

  /**
   * A column; undefined is a dash.
   * @throws {RangeError} for what a double does not hold exactly: the engine's defect
   */
  number(value: number | undefined): void {
    this.room(NUMBER_BYTES)
    if (value === undefined) this.bytes[this.at++] = DASH
    else this.whole(value)
    this.bytes[this.at++] = SPACE
  }

  /** A column of any characters but spaces and line feeds. */
  word(value: string): void {
    this.room(3 * value.length + 1) // three bytes a UTF-16 unit at most
    for (let i = 0; i < value.length; i++) {
      const character = value.charCodeAt(i)
      if (character > 127) {
        this.at += this.bytes.write(value.slice(i), this.at)
        break
      }
      this.bytes[this.at++] = character
    }
    this.bytes[this.at++] = SPACE
  }

  /** The line is over, in place of the space after its last column. */
  endLine(): void {
    this.bytes[this.at - 1] = LINE_FEED
  }

  private whole(value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError(`journal: expected a safe integer, found ${value}`)
    if (value < 0) this.bytes[this.at++] = DASH
    const size = Math.abs(value)
    if (size < BILLION) this.digits(size, widthOf(size))
    else {
      const billions = Math.floor(size / BILLION)
      this.digits(billions, widthOf(billions))
      this.digits(size - billions * BILLION, BILLION_DIGITS)
    }
  }

  /** @param value below 2^31 */
  private digits(value: number, width: number): void {
    const { bytes } = this
    let rest = value | 0
    for (let at = this.at + width - 1; at >= this.at; at--) {
      const tens = (rest / 10) | 0
      bytes[at] = ZERO + rest - 10 * tens
      rest = tens
    }
    this.at += width
  }

  private room(bytes: number): void {
    if (this.at + bytes <= this.bytes.length) return
    const larger = Buffer.allocUnsafeSlow(2 * (this.at + bytes))
    this.bytes.copy(larger, 0, 0, this.at)
    this.bytes = larger
  }
}

function widthOf(value: number): number {
  let width = 1
  for (let bound = 10; bound <= value; bound *= 10) width++
  return width
}
