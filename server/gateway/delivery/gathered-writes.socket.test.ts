import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket as TcpSocket } from 'node:net'
import { Server, type Socket as ServerSocket } from 'socket.io'
import { io as connectTo, type Socket as ClientSocket } from 'socket.io-client'
import { expect, test, vi } from 'vitest'
import { backlogBytes, terminate } from './backpressure.ts'
import { GatheredWrites } from './gathered-writes.ts'

/** Pins the private fields of engine.io and ws that gathered-writes.ts depends on. */

interface Pair extends AsyncDisposable {
  readonly socket: ServerSocket
  readonly client: ClientSocket
  /** Names of the events that the client has received. */
  readonly got: string[]
  readonly tcp: TcpSocket
}

async function openPair(): Promise<Pair> {
  const http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false })
  const connected = once(io, 'connection') as Promise<[ServerSocket]>
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const client = connectTo(url, { transports: ['websocket'], reconnection: false })
  const got: string[] = []
  client.onAny((event: string) => got.push(event))
  const [socket] = await connected
  socket.emit('hello')
  await expect.poll(() => got).toEqual(['hello'])
  const { transport } = socket.conn as unknown as { transport: { socket: { _socket: TcpSocket } } }
  return {
    socket,
    client,
    got,
    tcp: transport.socket._socket,
    [Symbol.asyncDispose]: async () => {
      client.disconnect()
      await io.close()
    },
  }
}

test('packets emitted in one turn leave in one write, separate and in order', async () => {
  await using pair = await openPair()
  const { socket, got, tcp } = pair
  const writes = vi.spyOn(tcp, '_writev' as never)
  const gathered = new GatheredWrites()
  gathered.gather(socket)
  socket.emit('answer', { ok: true })
  gathered.gather(socket)
  socket.emit('account', { seq: 1 })
  socket.emit('heartbeat')
  expect(writes).not.toHaveBeenCalled()
  expect(backlogBytes(socket)).toBeGreaterThan(0)
  await expect.poll(() => got.slice(1)).toEqual(['answer', 'account', 'heartbeat'])
  expect(writes).toHaveBeenCalledTimes(1)
  expect(backlogBytes(socket)).toBe(0)
})

test('a turn that follows an unfinished write keeps the order', async () => {
  await using pair = await openPair()
  const { socket, client, got } = pair
  const large = 'x'.repeat(4_194_304)
  const lengths: number[] = []
  client.on('large', (text: string) => lengths.push(text.length))
  const gathered = new GatheredWrites()
  gathered.gather(socket)
  socket.emit('answer')
  socket.emit('large', large)
  await new Promise(setImmediate)
  gathered.gather(socket)
  socket.emit('account')
  await expect.poll(() => got.slice(1)).toEqual(['answer', 'large', 'account'])
  expect(lengths).toEqual([large.length])
})

test('a socket closed in the same turn still gets what was sent before', async () => {
  await using pair = await openPair()
  const { socket, client, got } = pair
  const gone = new Promise((resolve) => client.once('disconnect', resolve))
  new GatheredWrites().gather(socket)
  socket.emit('goodbye')
  socket.disconnect(true)
  await gone
  expect(got.slice(1)).toEqual(['goodbye'])
})

test('a socket terminated in the same turn causes no error', async () => {
  await using pair = await openPair()
  const { socket } = pair
  const gone = once(socket, 'disconnect')
  const gathered = new GatheredWrites()
  gathered.gather(socket)
  socket.emit('answer')
  terminate(socket)
  await gone
  gathered.gather(socket)
  await new Promise(setImmediate)
})

test('a socket that does not read is noticed and terminated', async () => {
  await using pair = await openPair()
  const { socket, client } = pair
  const { transport } = client.io.engine as unknown as { transport: { ws: { _socket: TcpSocket } } }
  transport.ws._socket.pause()
  const gathered = new GatheredWrites()
  for (let i = 0; i < 200; i++) {
    gathered.gather(socket)
    socket.emit('account', 'x'.repeat(65_536))
    await new Promise(setImmediate)
  }
  expect(backlogBytes(socket)).toBeGreaterThan(1_048_576)
  const gone = once(socket, 'disconnect')
  terminate(socket)
  await gone
})

test('a connection without those fields writes as engine.io does by itself', () => {
  const gathered = new GatheredWrites()
  const other = { transport: { writable: true } }
  gathered.gather({ conn: other as never })
  gathered.gather({ conn: {} as never })
  expect(other.transport.writable).toBe(true)
})
