import { expect, test } from 'vitest'
import { assertSoundPayload, TooLarge } from './payload.ts'

const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) })

test('eight levels are accepted, nine and eight thousand are not', () => {
  expect(() => assertSoundPayload(nested(8), 8)).not.toThrow()
  expect(() => assertSoundPayload(nested(9), 8)).toThrow(/levels/)
  let deep: unknown = []
  for (let i = 0; i < 8_000; i++) deep = [deep]
  expect(() => assertSoundPayload({ deep }, 8)).toThrow(/levels/)
})

test.each([[undefined], [null], [7], ['x'], [[]], [[[]]], [true], [() => 1], [Buffer.from('x')], [new Map()]])(
  '%j is not a payload',
  (payload) => {
    expect(() => assertSoundPayload(payload, 8)).toThrow(/The payload/)
  },
)

test('what is too deep, and what is binary, is named', () => {
  expect(() => assertSoundPayload(nested(9), 8)).toThrow(
    'The payload: expected JSON of at most 8 levels, found more levels.',
  )
  expect(() => assertSoundPayload({ a: Buffer.from('x') }, 8)).toThrow(
    'The payload: expected JSON, found a binary part.',
  )
})

test('binary parts are found at any depth', () => {
  expect(() => assertSoundPayload({ a: [Buffer.from('x')] }, 8)).toThrow(/binary/)
  expect(() => assertSoundPayload({ a: new Uint8Array(3) }, 8)).toThrow(/binary/)
})

test('the placeholder of an oversized frame is PAYLOAD_TOO_LARGE, before any other check', () => {
  expect(() => assertSoundPayload(new TooLarge({ bytes: 20, bytesMax: 10 }), 8)).toThrow(
    /at most 10 bytes, found one of 20/,
  )
  expect(() => assertSoundPayload({ bytes: 20, bytesMax: 10 }, 8)).not.toThrow()
})
