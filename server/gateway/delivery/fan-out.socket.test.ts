import { type EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket as TcpSocket } from 'node:net'
import type { ServerToClientEvents } from '@valiant/shared/protocol/events'
import { Server, type ServerOptions, type Socket as ServerSocket } from 'socket.io'
import { io as connectTo, type Socket as ClientSocket } from 'socket.io-client'
import { afterEach, expect, test, vi } from 'vitest'
import { backlogBytes } from './backpressure.ts'
import { FanOut } from './fan-out.ts'
import { GatheredWrites } from './gathered-writes.ts'

/** Pins the private fields of engine.io and ws that fan-out.ts depends on. */

interface One {
  readonly socket: ServerSocket
  readonly client: ClientSocket
  readonly tcp: TcpSocket
  /** What the client has received, `[event, frame]`. */
  readonly got: [string, unknown][]
}

class Rig implements AsyncDisposable {
  readonly io: Server<Record<string, never>, ServerToClientEvents>
  readonly fanOut: FanOut
  readonly #url: string
  readonly #clients: ClientSocket[] = []

  private constructor(io: Rig['io'], url: string) {
    this.io = io
    this.#url = url
    this.fanOut = new FanOut(io)
  }

  static async open(options: Partial<ServerOptions> = {}): Promise<Rig> {
    const http = createServer().listen(0, '127.0.0.1')
    await once(http, 'listening')
    const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false, ...options })
    return new Rig(io, `http://127.0.0.1:${(http.address() as AddressInfo).port}`)
  }

  /** A client in the room `VLNT`, with nothing in flight to it. */
  async join(room = 'VLNT'): Promise<One> {
    const connected = once(this.io, 'connection') as Promise<[ServerSocket]>
    const client = connectTo(this.#url, { transports: ['websocket'], forceNew: true, reconnection: false })
    this.#clients.push(client)
    const got: [string, unknown][] = []
    client.onAny((event: string, frame: unknown) => got.push([event, frame]))
    const [socket] = await connected
    await socket.join(room)
    socket.emit('hello')
    await expect.poll(() => got).toEqual([['hello', undefined]])
    await expect.poll(() => writable(socket)).toBe(true)
    got.length = 0
    const { transport } = socket.conn as unknown as { transport: { socket: { _socket: TcpSocket } } }
    return { socket, client, tcp: transport.socket._socket, got }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.disconnect()
    await this.io.close()
  }
}

const writable = (socket: ServerSocket) =>
  (socket.conn as unknown as { transport: { writable: boolean } }).transport.writable
const quotes = (time: number) => ({ epoch: 1, time, q: [] })
const trades = { epoch: 1, symbol: 'VLNT', t: [] }

afterEach(() => void vi.restoreAllMocks())

test('a frame reaches the room as Socket.IO would send it, and nobody else', async () => {
  await using rig = await Rig.open()
  const [one, two, other] = [await rig.join(), await rig.join(), await rig.join('BOLT')]
  rig.fanOut.send('VLNT', 'quotes', quotes(1))
  rig.io.local.to('VLNT').emit('quotes', quotes(1))
  rig.fanOut.send('BOLT', 'trades', trades)
  for (const { got } of [one, two]) {
    await expect
      .poll(() => got)
      .toEqual([
        ['quotes', quotes(1)],
        ['quotes', quotes(1)],
      ])
  }
  await expect.poll(() => other.got).toEqual([['trades', trades]])
})

test('frames bypass engine.io when nothing is queued, and frames sent together leave in one write', async () => {
  await using rig = await Rig.open()
  const [one, two] = [await rig.join(), await rig.join()]
  await two.socket.join('NOVA')
  const queued = vi.spyOn(one.socket.conn, 'write')
  const writes = [one, two].map(({ tcp }) => vi.spyOn(tcp, '_write' as never))
  rig.fanOut.together(() => {
    rig.fanOut.send('VLNT', 'quotes', quotes(1))
    rig.fanOut.send('NOVA', 'trades', trades)
    rig.fanOut.send('VLNT', 'quotes', quotes(2))
    for (const write of writes) expect(write).not.toHaveBeenCalled()
  })
  for (const write of writes) expect(write).toHaveBeenCalledTimes(1)
  await expect.poll(() => one.got.map(([event]) => event)).toEqual(['quotes', 'quotes'])
  await expect.poll(() => two.got.map(([event]) => event)).toEqual(['quotes', 'trades', 'quotes'])
  expect(queued).not.toHaveBeenCalled()
})

test('frames that are not urgent leave with the next ones, or alone after a moment', async () => {
  await using rig = await Rig.open()
  const { socket, tcp, got } = await rig.join()
  const writes = vi.spyOn(tcp, '_write' as never)
  const beat = (counter: number) => rig.fanOut.sendTo([socket], 'heartbeat', { time: 1, counter, epoch: 1 })
  rig.fanOut.inCompany(() => beat(1))
  expect(writes).not.toHaveBeenCalled()
  rig.fanOut.together(() => rig.fanOut.send('VLNT', 'quotes', quotes(1)))
  expect(writes).toHaveBeenCalledTimes(1)
  rig.fanOut.inCompany(() => beat(2))
  await expect.poll(() => got.map(([event]) => event)).toEqual(['quotes', 'heartbeat', 'heartbeat'])
  expect(writes).toHaveBeenCalledTimes(2)
})

test('frames sent together leave even if the callback that sends them throws', async () => {
  await using rig = await Rig.open()
  const { got } = await rig.join()
  const fail = () => {
    rig.fanOut.send('VLNT', 'quotes', quotes(1))
    throw new Error('a defect')
  }
  expect(() => rig.fanOut.together(fail)).toThrow('a defect')
  rig.fanOut.send('VLNT', 'quotes', quotes(2))
  await expect.poll(() => got.length).toBe(2)
})

test('a WebSocket ping is answered, both past engine.io and behind queued packets', async () => {
  await using rig = await Rig.open()
  const { socket } = await rig.join()
  const { transport } = socket.conn as unknown as { transport: { socket: EventEmitter } }
  const token = async () => ((await once(transport.socket, 'pong')) as [Buffer])[0].toString()
  rig.fanOut.ask(socket, Buffer.from('first'))
  expect(await token()).toBe('first')
  socket.emit('x'.repeat(65_536))
  expect(writable(socket)).toBe(false)
  rig.fanOut.ask(socket, Buffer.from('second'))
  expect(await token()).toBe('second')
})

test('packets emitted to the socket alone stay in order before, between and after frames', async () => {
  await using rig = await Rig.open()
  const { socket, got } = await rig.join()
  socket.emit('first')
  rig.fanOut.send('VLNT', 'quotes', quotes(1))
  socket.emit('second')
  rig.fanOut.send('VLNT', 'quotes', quotes(2))
  await new Promise(setImmediate)
  rig.fanOut.send('VLNT', 'quotes', quotes(3))
  socket.emit('third')
  rig.fanOut.send('VLNT', 'quotes', quotes(4))
  const expected = ['first', 'quotes', 'second', 'quotes', 'quotes', 'third', 'quotes']
  await expect.poll(() => got.map(([event]) => event)).toEqual(expected)
  expect(got.flatMap(([, frame]) => (frame as { time?: number } | undefined)?.time ?? [])).toEqual([1, 2, 3, 4])
})

test('gathered answers stay in order with frames', async () => {
  await using rig = await Rig.open()
  const { socket, got } = await rig.join()
  const gathered = new GatheredWrites()
  rig.fanOut.send('VLNT', 'quotes', quotes(1))
  gathered.gather(socket)
  socket.emit('answer')
  rig.fanOut.send('VLNT', 'quotes', quotes(2))
  await new Promise(setImmediate)
  rig.fanOut.send('VLNT', 'quotes', quotes(3))
  await expect.poll(() => got.map(([event]) => event)).toEqual(['quotes', 'answer', 'quotes', 'quotes'])
})

test('frames that a client does not read are in the backlog and in engine.io, and all arrive in order later', async () => {
  await using rig = await Rig.open()
  const { socket, client, got } = await rig.join()
  const { transport } = client.io.engine as unknown as { transport: { ws: { _socket: TcpSocket } } }
  transport.ws._socket.pause()
  const large = { epoch: 1, symbol: 'x'.repeat(65_536), t: [] }
  let sent = 0
  while (backlogBytes(socket) < 1_048_576) {
    rig.fanOut.send('VLNT', 'trades', large)
    sent++
    await new Promise(setImmediate)
  }
  const { writeBuffer } = socket.conn as unknown as { writeBuffer: unknown[] }
  expect(writeBuffer.length).toBeGreaterThan(0)
  rig.fanOut.send('VLNT', 'quotes', quotes(1))
  transport.ws._socket.resume()
  await expect.poll(() => got.length).toBe(sent + 1)
  expect(got.slice(0, -1).every(([event]) => event === 'trades')).toBe(true)
  expect(got.at(-1)).toEqual(['quotes', quotes(1)])
})

test('a socket that leaves the room gets no more frames, one that joins gets the next', async () => {
  await using rig = await Rig.open()
  const [one, two] = [await rig.join(), await rig.join()]
  rig.fanOut.send('VLNT', 'quotes', quotes(1))
  await one.socket.leave('VLNT')
  rig.fanOut.send('VLNT', 'quotes', quotes(2))
  const three = await rig.join()
  rig.fanOut.send('VLNT', 'quotes', quotes(3))
  await expect.poll(() => three.got).toEqual([['quotes', quotes(3)]])
  await expect.poll(() => two.got.length).toBe(3)
  expect(one.got).toEqual([['quotes', quotes(1)]])
})

test('a socket closed or terminated in the same turn gets what was sent before, without errors', async () => {
  await using rig = await Rig.open()
  const [one, two, three] = [await rig.join(), await rig.join(), await rig.join()]
  const gone = [one, two].map(({ client }) => new Promise((resolve) => client.once('disconnect', resolve)))
  rig.fanOut.send('VLNT', 'quotes', quotes(1))
  one.socket.disconnect(true)
  two.tcp.resetAndDestroy()
  rig.fanOut.send('VLNT', 'quotes', quotes(2))
  await Promise.all(gone)
  rig.fanOut.send('VLNT', 'quotes', quotes(3))
  await expect.poll(() => three.got.length).toBe(3)
  expect(one.got).toEqual([['quotes', quotes(1)]])
})

test('a frame can be sent to some sockets only', async () => {
  await using rig = await Rig.open()
  const [one, two] = [await rig.join(), await rig.join()]
  const beat = { time: 1, counter: 1, epoch: 1 }
  rig.fanOut.sendTo([one.socket], 'heartbeat', beat)
  rig.fanOut.send('VLNT', 'quotes', quotes(1))
  await expect.poll(() => two.got).toEqual([['quotes', quotes(1)]])
  await expect
    .poll(() => one.got)
    .toEqual([
      ['heartbeat', beat],
      ['quotes', quotes(1)],
    ])
})

test.each([
  ['compression', { perMessageDeflate: { threshold: 0 } }],
  ['long polling', { transports: ['polling', 'websocket'] as ('polling' | 'websocket')[] }],
])('with %s engine.io sends, as it ever did', async (name, options) => {
  await using rig = await Rig.open(options)
  const connected = once(rig.io, 'connection') as Promise<[ServerSocket]>
  const address = rig.io.httpServer.address() as AddressInfo
  const transports = name === 'compression' ? ['websocket'] : ['polling']
  const client = connectTo(`http://127.0.0.1:${address.port}`, { transports, reconnection: false, upgrade: false })
  try {
    const [socket] = await connected
    await socket.join('VLNT')
    const queued = vi.spyOn(socket.conn, 'write')
    const came = once(client as never, 'quotes')
    rig.fanOut.send('VLNT', 'quotes', quotes(1))
    expect(queued).toHaveBeenCalledTimes(1)
    expect(await came).toEqual([quotes(1)])
  } finally {
    client.disconnect()
  }
})
