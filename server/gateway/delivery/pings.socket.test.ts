import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { io as connectTo, type Socket as ClientSocket } from 'socket.io-client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { soon } from '../../../test/rig/soon.ts'
import type { ValiantServer, ValiantSocket } from '../valiant-socket.ts'
import { FanOut } from './fan-out.ts'
import { Pings } from './pings.ts'

/** Pins the private field of engine.io that pings.ts depends on. */

const INTERVAL_MS = 200
/** engine.io's own pings would come after the end of a test. */
const ENGINE_INTERVAL_MS = 60_000

let io: ValiantServer
let parts: DisposableStack
let clients: ClientSocket[]

beforeEach(async () => {
  const http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  io = new Server(http, { transports: ['websocket'], perMessageDeflate: false, pingInterval: ENGINE_INTERVAL_MS })
  parts = new DisposableStack()
  clients = []
})

afterEach(async () => {
  for (const client of clients) client.disconnect()
  parts.dispose()
  await io.close()
})

/** @returns the times of the pings it received */
async function join(): Promise<{ readonly socket: ValiantSocket; readonly pingsAtMs: number[] }> {
  const { port } = io.httpServer.address() as AddressInfo
  const connected = once(io, 'connection') as Promise<[ValiantSocket]>
  const client = connectTo(`http://127.0.0.1:${port}`, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
  })
  clients.push(client)
  const pingsAtMs: number[] = []
  client.io.on('ping', () => pingsAtMs.push(performance.now()))
  const [socket] = await connected
  return { socket, pingsAtMs }
}
const timerOf = ({ conn }: ValiantSocket) => (conn as unknown as { pingIntervalTimer: unknown }).pingIntervalTimer

test('every socket is pinged once per interval, and its pong arrives', async () => {
  parts.use(new Pings({ io, fanOut: new FanOut(io), intervalMs: INTERVAL_MS }))
  const joined = [await join(), await join()]
  const heard = joined.map(({ socket }) => {
    const listener = vi.fn()
    socket.conn.on('heartbeat', listener)
    return listener
  })
  await soon(() => {
    for (const { pingsAtMs } of joined) expect(pingsAtMs.length).toBeGreaterThanOrEqual(3)
    for (const listener of heard) expect(listener.mock.calls.length).toBeGreaterThanOrEqual(3)
  })
  for (const { socket, pingsAtMs } of joined) {
    expect(timerOf(socket)).toBeNull()
    expect((pingsAtMs[2] ?? 0) - (pingsAtMs[0] ?? 0)).toBeGreaterThan(INTERVAL_MS)
  }
})

test('a ping leaves in one write with the frames of the same moment', async () => {
  const fanOut = new FanOut(io)
  const { socket, pingsAtMs } = await join()
  await socket.join('VLNT')
  const { transport } = socket.conn as unknown as { transport: { socket: { _socket: object } } }
  const writes = vi.spyOn(transport.socket._socket, '_write' as never)
  fanOut.inCompany(() => fanOut.ping([socket]))
  expect(writes).not.toHaveBeenCalled()
  fanOut.together(() => fanOut.send('VLNT', 'trades', { epoch: 1, symbol: 'VLNT', t: [] }))
  expect(writes).toHaveBeenCalledTimes(1)
  await expect.poll(() => pingsAtMs.length).toBe(1)
})

test('engine.io keeps pinging by itself if it has no such timer', async () => {
  const ping = vi.fn()
  const timers: unknown[] = []
  io.on('connection', (socket) => {
    timers.push(timerOf(socket))
    Reflect.deleteProperty(socket.conn, 'pingIntervalTimer')
  })
  parts.use(new Pings({ io, fanOut: { inCompany: (send) => send(), ping }, intervalMs: INTERVAL_MS }))
  const stranger = await join()
  io.removeAllListeners('connection')
  parts.use(new Pings({ io, fanOut: { inCompany: (send) => send(), ping }, intervalMs: INTERVAL_MS }))
  const known = await join()
  await expect.poll(() => ping).toHaveBeenCalledWith([known.socket])
  expect(ping).not.toHaveBeenCalledWith(expect.arrayContaining([stranger.socket]))
  clearTimeout(timers[0] as NodeJS.Timeout)
})
