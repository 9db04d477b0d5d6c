import type { AccountFrame } from '@valiant/shared/protocol/account'
import { Server } from 'socket.io'
import { expect, test } from 'vitest'
import { EncodedFrame } from '../bus/encoded-frame.ts'
import { encodePacket } from './socket-server.ts'

/** Packet types by number: connect 0, disconnect 1, event 2, acknowledgement 3, connect error 4. */
test.each([
  { type: 0, nsp: '/', data: { sid: 'a' } },
  { type: 0, nsp: '/other', data: { sid: 'a' } },
  { type: 1, nsp: '/' },
  { type: 2, nsp: '/', data: ['account', { seq: 1, name: 'Ünï "quoted"\n', gone: undefined, list: [null, 1.5] }] },
  { type: 2, nsp: '/other', data: ['heartbeat'], id: 0 },
  { type: 3, nsp: '/', data: [{ ok: true }], id: 12 },
  { type: 4, nsp: '/', data: { message: 'no', data: { code: 'RATE_LIMITED' } } },
])('a packet of kind $type to $nsp is written as Socket.IO writes it', (one) => {
  const packet = one as unknown as Parameters<typeof encodePacket>[0]
  expect(encodePacket(packet)).toEqual(new Server().encoder.encode(packet))
})

test('an account frame that is JSON already is written like the frame itself', () => {
  const frame = { epoch: 3, seq: 7, orders: [{ tag: 'line\nbreak, “quotes”' }] } as unknown as AccountFrame
  const packetOf = (data: unknown): unknown => {
    const packet: unknown = { type: 2, nsp: '/', data: ['account', data] }
    return encodePacket(packet as Parameters<typeof encodePacket>[0])
  }
  const encoded = EncodedFrame.of(frame)
  expect(packetOf(encoded)).toEqual(packetOf(frame))
  expect(encoded).toMatchObject({ epoch: 3, seq: 7 })
  expect(encoded.json).not.toContain('\n')
})
