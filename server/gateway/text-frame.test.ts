import * as ws from 'ws'
import { expect, test } from 'vitest'
import { textFrame } from './text-frame.ts'

/** What ws itself makes of a text. */
function framed(text: string): Buffer {
  const { Sender } = ws as unknown as { Sender: { frame(data: Buffer, options: object): Buffer[] } }
  return Buffer.concat(
    Sender.frame(Buffer.from(text), { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: false }),
  )
}

test.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])('a text of %i bytes is framed as ws frames it', (length) => {
  const text = 'x'.repeat(length)
  expect(textFrame(text).equals(framed(text))).toBe(true)
})

test('length is that of the bytes, not of the characters', () => {
  const text = '€'.repeat(42)
  expect(textFrame(text).equals(framed(text))).toBe(true)
})
