const FIRST_BYTES = 16 * 1_024
const SPACE = 0x20
const LINE_FEED = 0x0a
/** An absent value, and the minus sign. */
const DASH = 0x2d
const ZERO = 0x30
/** A safe integer is split here into two 32-bit numbers, whose division is faster than that of doubles. */
const BILLION = 1_000_000_000
const BILLION_DIGITS = 9
/** The longest number: a sign, sixteen digits and the separator. */
const NUMBER_BYTES = 18

/**
 * Writes lines of words and integers, separated by spaces, into a reused buffer. Building strings and encoding them
 * costs more than twice as much.
 */
export class LineWriter {
  private bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
  private at = 0

  clear(): void {
    this.at = 0
  }

  /** What has been written since `clear`; valid until the next `clear`. */
  written(): Buffer {
    return this.bytes.subarray(0, this.at)
  }

  /**
   * A column; undefined becomes a dash.
   * @throws {RangeError} for a number that is not a safe integer, which is a defect of the engine
   */
  number(value: number | undefined): void {
    this.room(NUMBER_BYTES)
    if (value === undefined) this.bytes[this.at++] = DASH
    else this.whole(value)
    this.bytes[this.at++] = SPACE
  }

  /** A column of any characters except spaces and line feeds. */
  word(value: string): void {
    this.room(3 * value.length + 1) // at most three bytes per UTF-16 unit
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

  /** Ends the line, replacing the space after its last column. */
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
