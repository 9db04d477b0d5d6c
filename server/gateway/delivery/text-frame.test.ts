import * as ws from 'ws'
import { expect, test } from 'vitest'
import { pingFrame, textFrame } from './text-frame.ts'

/** The frame as ws writes it. */
function framed(data: string, opcode = 1): Buffer {
  const { Sender } = ws as unknown as { Sender: { frame(data: Buffer, options: object): Buffer[] } }
  return Buffer.concat(
    Sender.frame(Buffer.from(data), { fin: true, rsv1: false, opcode, mask: false, readOnly: false }),
  )
}

test.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])('a text of %i bytes is framed as by ws', (length) => {
  const text = 'x'.repeat(length)
  expect(textFrame(text).equals(framed(text))).toBe(true)
})

test('the length counts bytes, not characters', () => {
  const text = '€'.repeat(42)
  expect(textFrame(text).equals(framed(text))).toBe(true)
})

test('a ping is framed as by ws', () => {
  expect(pingFrame(Buffer.from('12345678')).equals(framed('12345678', 9))).toBe(true)
})
