import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { io as connectTo } from 'socket.io-client'
import { expect, test } from 'vitest'
import { Origins } from './http/origin.ts'
import { forgetRequest, openSocketServer } from './socket-server.ts'
import type { ValiantServer, ValiantSocket } from './valiant-socket.ts'
import { gatewayLimits } from './sessions/limits.ts'

/** Pins that Socket.IO and engine.io work without the request that a connection began with. */
test('a socket works and closes without its handshake request', async () => {
  const http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  const io: ValiantServer = new Server(http, { transports: ['websocket'], perMessageDeflate: false })
  const connected = once(io, 'connection') as Promise<[ValiantSocket]>
  const client = connectTo(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, {
    ...{ transports: ['websocket'], reconnection: false, auth: { resumeFrom: 7 } },
    extraHeaders: { cookie: 'session=1' },
  })
  try {
    const [socket] = await connected
    const { request } = socket
    expect(request.headers.cookie).toBe('session=1')
    forgetRequest(socket)
    expect(socket.conn.request).toBeUndefined()
    expect(Reflect.ownKeys(request)).toEqual([])
    expect(socket.handshake).toMatchObject({ headers: {}, auth: { resumeFrom: 7 } })
    socket.use(([event], next) => {
      expect(event).toBe('time')
      socket.emit('heartbeat', { time: 1, counter: 1, epoch: 1 })
      next()
    })
    const beat = once(client as never, 'heartbeat')
    client.emit('time')
    expect(await beat).toEqual([{ time: 1, counter: 1, epoch: 1 }])
    const gone = once(socket, 'disconnect')
    client.disconnect()
    await gone
  } finally {
    client.disconnect()
    await io.close()
  }
})

test('one address cannot use up all handshakes', async () => {
  const http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  const unlimited = { ordersPerSecond: 1, ordersBurst: 1, openOrders: 1, requestsPerSecond: 1, pagesPerSecond: 1 }
  const io = openSocketServer(http, {
    origins: new Origins(undefined),
    limits: gatewayLimits({
      ...{
        ...unlimited,
        guestsPerMinute: 1,
        guestsPerHour: 1,
        socketsPerAccount: 1,
        publicSocketsPerAddress: 1,
        preferences: 1,
        preferenceBytesTotal: 1,
        alerts: 1,
      },
      ...{ drainSpreadMs: 0, handshakesPerSecond: 6 },
    }),
    clientAddress: ({ headers }) => String(headers['x-from']),
  })
  const isLetIn = (from: string) =>
    new Promise<boolean>((resolve) => {
      const client = connectTo(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, {
        ...{ transports: ['websocket'], reconnection: false, forceNew: true, extraHeaders: { 'x-from': from } },
      })
      client.once('connect', () => resolve(true))
      client.once('connect_error', () => resolve(false))
    })
  try {
    while (await isLetIn('2001:db8::1'));
    expect(await isLetIn('2001:db8::2')).toBe(false) // in the same /64
    expect(await isLetIn('192.0.2.1')).toBe(true)
  } finally {
    await io.close()
  }
})
