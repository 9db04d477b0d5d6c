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

/** Holds the private fields of engine.io and ws that fan-out.ts rests on. */

interface One {
  readonly socket: ServerSocket
  readonly client: ClientSocket
  readonly tcp: TcpSocket
  /** What the client has got, `[event, frame]`. */
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

  /** A client in the room `VLNT`, with nothing on its way to it. */
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

test('a frame reaches the room, as Socket.IO sends it, and nobody else', async () => {
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

test('it does not pass engine.io where nothing waits, and what is sent together leaves in one write', async () => {
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

test('what is in no hurry leaves with the next frames, or after a moment by itself', async () => {
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

test('what is sent together leaves also when the one who sends it fails', async () => {
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

test('a question how far a client has read is answered, past engine.io and behind what waits', async () => {
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

test('order is kept with what is emitted to the socket alone, before, between and after', async () => {
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

test('order is kept with answers that are gathered', async () => {
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

test('what a client does not read is in the backlog and in engine.io, from where all of it comes in order', async () => {
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

test('who leaves gets no more, and who comes gets the next', async () => {
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

test('a socket that is closed, or ended, in the same turn gets what was said before and harms nothing', async () => {
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

test('to some sockets alone', async () => {
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
