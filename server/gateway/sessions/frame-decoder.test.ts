import { Decoder, type Packet } from 'socket.io-parser'
import { expect, test } from 'vitest'
import { TooLarge } from '../answering/payload.ts'
import { frameDecoder } from './frame-decoder.ts'
import { transportBytes } from './limits.ts'

const BYTES_MAX = 200
const decode = (frame: unknown, decoder = new (frameDecoder({ frameBytes: BYTES_MAX }))()): Packet[] => {
  const packets: Packet[] = []
  decoder.on('decoded', (packet) => packets.push(packet))
  decoder.add(frame)
  return packets
}
/** An event of this many bytes in total. */
const event = (head: string, bytes: number, letter = 'x') => {
  const around = `${head},{"a":""}]`
  const letters = letter.repeat((bytes - around.length) / Buffer.byteLength(letter))
  return `${head},{"a":"${letters}"}]`
}
const plain = (frame: string) => decode(frame, new Decoder())
const tooLarge = (bytes: number, bytesMax = BYTES_MAX) => new TooLarge({ bytes, bytesMax })

test.each(['20["time"', '27["order.place"', '2["time"', '2/,12["time"'])(
  'a frame that begins with %s is decoded normally up to the limit, and by its head beyond it',
  (head) => {
    for (const bytes of [60, 66, 68, BYTES_MAX]) expect(decode(event(head, bytes))).toEqual(plain(event(head, bytes)))
    const [packet] = decode(event(head, BYTES_MAX + 1))
    const [read] = plain(event(head, BYTES_MAX + 1))
    expect(packet).toEqual({ ...read, data: [(read?.data as string[])[0], tooLarge(BYTES_MAX + 1)] })
  },
)

test('the limit counts bytes, not characters', () => {
  const head = '20["time"'
  const [short, long] = [event(head, BYTES_MAX - 1, 'é'), event(head, BYTES_MAX + 1, 'é')]
  expect(Buffer.byteLength(long)).toBe(BYTES_MAX + 1)
  expect(decode(short)).toEqual(plain(short))
  expect(decode(long)).toMatchObject([{ id: 0, data: ['time', tooLarge(BYTES_MAX + 1)] }])
})

test('an oversized event with an invalid name is still decoded as too large; white space before a name is allowed', () => {
  for (const head of ['25[7', `25["${'n'.repeat(70)}"`, '25["a\\u0062"']) {
    expect(decode(event(head, 250))).toMatchObject([{ id: 5, data: ['', tooLarge(250)] }])
  }
  expect(decode(event('25[ "order.place" ', 250))).toMatchObject([{ data: ['order.place', tooLarge(250)] }])
})

test('a frame of preferences.set may be as large as the transport allows', () => {
  const largest = transportBytes({ frameBytes: BYTES_MAX })
  const frame = event('25["preferences.set"', largest)
  expect(decode(frame)).toEqual(plain(frame))
  const longer = event('25["preferences.set"', largest + 1)
  expect(decode(longer)).toMatchObject([{ data: ['preferences.set', tooLarge(largest + 1, largest)] }])
  const within = event('25["preferences.set"', 250).replace('{"a"', '{"preferences.set"')
  expect(decode(within)).toEqual(plain(within))
  const other = event('25["order.place","preferences.set"', 250)
  expect(decode(other)).toMatchObject([{ data: ['order.place', tooLarge(250)] }])
})

test('the transport allows four frames, and always what a preference may need', () => {
  expect([4_096, 16_384, 65_536].map((frameBytes) => transportBytes({ frameBytes }))).toEqual([65_536, 65_536, 262_144])
})

test('an oversized frame that is not an event ends the socket', () => {
  const frames = [`0{"apiKey":"${'x'.repeat(250)}"}`, `51-0["time",{"a":"${'x'.repeat(250)}"}]`]
  for (const frame of [...frames, Buffer.alloc(250), new ArrayBuffer(250), `2/odd,0["time","${'x'.repeat(250)}"]`]) {
    expect(() => decode(frame)).toThrow(/^expected a frame of at most 200 bytes, found /)
  }
})

test('an acknowledgement ends the socket, since nobody asked for one', () => {
  for (const frame of ['30[]', '3/odd,0[]', `30[${'1,'.repeat(250)}1]`]) {
    expect(() => decode(frame)).toThrow('expected no acknowledgement')
  }
})

test('a connection may send CONNECT once', () => {
  for (const again of ['0', '0{"apiKey":"x"}', '0/,', '0/admin,']) {
    const decoder = new (frameDecoder({ frameBytes: BYTES_MAX }))()
    expect(decode('0', decoder)).toEqual(plain('0'))
    expect(decode('20["time",{}]', decoder)).toEqual(plain('20["time",{}]'))
    expect(() => decode(again, decoder)).toThrow('expected only one CONNECT per connection')
  }
})
