import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server, type Socket as ServerSocket } from 'socket.io'
import { io as connectTo } from 'socket.io-client'
import { expect, test } from 'vitest'
import { soon } from '../../../test/rig/soon.ts'
import { backlogBytes, ReadingMeter, terminate } from './backpressure.ts'

/** Pins the private fields of engine.io and ws that backpressure.ts depends on. */
test('a socket that does not read has a backlog and can be terminated at once', async () => {
  const http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false })
  const connected = once(io, 'connection') as Promise<[ServerSocket]>
  const client = connectTo(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, { transports: ['websocket'] })
  try {
    const [socket] = await connected
    socket.emit('healthy')
    await expect.poll(() => backlogBytes(socket)).toBe(0)
    const { transport } = client.io.engine as unknown as { transport: { ws: { _socket: { pause(): void } } } }
    transport.ws._socket.pause()
    for (let i = 0; i < 200; i++) {
      socket.emit('frame', 'x'.repeat(65_536))
      io.local.emit('frame', 'x'.repeat(65_536))
      await new Promise(setImmediate)
    }
    expect(backlogBytes(socket)).toBeGreaterThan(1_048_576)
    const gone = once(socket, 'disconnect')
    terminate(socket)
    await gone
  } finally {
    client.disconnect()
    await io.close()
  }
})

test('bytes that the kernel buffers for a client that does not read are measured, those that a client has read are not', async () => {
  const http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false })
  const connected = once(io, 'connection') as Promise<[ServerSocket]>
  const client = connectTo(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, { transports: ['websocket'] })
  try {
    const [socket] = await connected
    const { socket: webSocket } = (socket.conn as unknown as { transport: { socket: { ping(data: Buffer): void } } })
      .transport
    const meter = new ReadingMeter(socket, (_, token) => webSocket.ping(token))
    const { transport } = client.io.engine as unknown as {
      transport: { ws: { _socket: { pause(): void; resume(): void } } }
    }
    socket.emit('frame', 'x'.repeat(100_000))
    await expect.poll(() => backlogBytes(socket)).toBe(0)
    expect(meter.unreadBytes()).toBe(0)
    await expect.poll(() => meter.unreadBytes()).toBe(0)
    transport.ws._socket.pause()
    await soon(() => {
      socket.emit('frame', 'x'.repeat(70_000))
      expect(meter.unreadBytes()).toBeGreaterThan(100_000)
    })
    expect(backlogBytes(socket)).toBe(0)
    transport.ws._socket.resume()
    await expect.poll(() => meter.unreadBytes()).toBe(0)
  } finally {
    client.disconnect()
    await io.close()
  }
})
