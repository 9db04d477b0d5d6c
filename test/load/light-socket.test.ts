import { once } from 'node:events'
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server, type Socket } from 'socket.io'
import { WebSocketServer } from 'ws'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LightSocket } from './light-socket.ts'

/** The light client, tested with the servers that it connects to. */

let http: HttpServer
let port: number
beforeEach(async () => {
  http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  port = (http.address() as AddressInfo).port
})
afterEach(() => {
  http.closeAllConnections()
  http.close()
})

const serve = (): Server => new Server(http, { transports: ['websocket'], pingInterval: 50, pingTimeout: 500 })

test('receives every event completely, short or long, alone or several in one TCP segment', async () => {
  const io = serve()
  const connected = once(io, 'connection') as Promise<[Socket]>
  const got: string[] = []
  const client = await LightSocket.open({ port, onMessage: (packet) => got.push(packet.toString()) })
  const [socket] = await connected
  const sent = [0, 1, 100, 125, 126, 5_000, 65_536, 300_000].map((length) => 'x'.repeat(length))
  for (const text of sent) socket.emit('text', text)
  await expect.poll(() => got.length).toBe(sent.length)
  expect(got).toEqual(sent.map((text) => `2${JSON.stringify(['text', text])}`))
  client.close()
  await io.close()
})

test('gets answers to its requests, and answers pings', async () => {
  const io = serve()
  io.on('connection', (socket) => {
    socket.on('echo', (payload: unknown, answer: (data: object) => void) => answer({ ok: true, data: payload }))
  })
  const client = await LightSocket.open({ port })
  const [socket] = [...io.sockets.sockets.values()]
  const answers = await Promise.all([1, 2, 'x'.repeat(1_000)].map((payload) => client.ask('echo', payload)))
  expect(answers.map((answer) => answer.ok && answer.data)).toEqual([1, 2, 'x'.repeat(1_000)])
  await once(socket!.conn, 'heartbeat')
  await once(socket!.conn, 'heartbeat')
  expect(client.isOpen).toBe(true)
  await io.close()
  await expect.poll(() => client.isOpen).toBe(false)
})

test('reports why the server refused the connection', async () => {
  const io = serve()
  io.use((_socket, next) => next(new Error('not you')))
  await expect(LightSocket.open({ port })).rejects.toThrow('not you')
  await io.close()
  await expect(LightSocket.open({ port })).rejects.toThrow()
})

test('works with a bare WebSocket server too, and answers its pings', async () => {
  const server = new WebSocketServer({ server: http })
  const pongs: string[] = []
  server.on('connection', (socket) => {
    socket.on('pong', (token) => pongs.push(token.toString()))
    socket.ping('are you reading?')
    socket.send('hello')
  })
  const got: string[] = []
  const client = await LightSocket.open({ port, bare: true, onMessage: (packet) => got.push(packet.toString()) })
  await expect.poll(() => got).toEqual(['hello'])
  await expect.poll(() => pongs).toEqual(['are you reading?'])
  client.close()
  server.close()
})
