import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineWriter } from './line-writer.ts'

const wholes = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer({ min: -1_000, max: 1_000 }),
  // Numbers where the two halves meet, and where a half would exceed 32 bits.
  fc.constantFrom(0, 999_999_999, 1_000_000_000, 2 ** 31 - 1, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER),
)
const words = fc.oneof(fc.constantFrom('trade', 'USD', 'É', 'Œuf', '😀'), fc.stringMatching(/^\w{1,40}$/))
const columns = fc.array(fc.oneof(fc.option(wholes, { nil: undefined }), words), { minLength: 1, maxLength: 20 })

test('lines equal their columns written as text', () => {
  const writer = new LineWriter()
  fc.assert(
    fc.property(fc.array(columns, { maxLength: 30 }), (lines) => {
      writer.clear()
      for (const line of lines) {
        for (const column of line) {
          if (typeof column === 'string') writer.word(column)
          else writer.number(column)
        }
        writer.endLine()
      }
      const text = lines.map((line) => line.map((column) => column ?? '-').join(' ') + '\n').join('')
      expect(writer.written().toString()).toBe(text)
    }),
  )
})

test('the buffer grows', () => {
  const writer = new LineWriter()
  let text = ''
  for (let at = 0; at < 5_000; at++) {
    writer.number(at)
    writer.word('trade')
    writer.endLine()
    text += `${at} trade\n`
  }
  expect(writer.written().toString()).toBe(text)
})

test('a number that is not a safe integer is rejected', () => {
  const writer = new LineWriter()
  for (const value of [0.5, NaN, Infinity, 2 ** 53]) expect(() => writer.number(value)).toThrow(RangeError)
})
