import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { Origins } from '../http/origin.ts'
import { openSocketServer } from '../socket-server.ts'
import type { ValiantServer } from '../valiant-socket.ts'
import { gatewayLimits } from './limits.ts'

const MAX = 20
const http = createServer()
let io: ValiantServer
beforeAll(async () => {
  const operator = { ordersPerSecond: 1, ordersBurst: 1, openOrders: 1, requestsPerSecond: 1, pagesPerSecond: 1 }
  const others = { guestsPerMinute: 1, guestsPerHour: 1, socketsPerAccount: 1, publicSocketsPerAddress: 1 }
  const stored = { preferences: 1, preferenceBytesTotal: 1, alerts: 1, drainSpreadMs: 0 }
  io = openSocketServer(http, {
    origins: new Origins(undefined),
    limits: gatewayLimits({ ...operator, ...others, ...stored, refusalsPer10Seconds: MAX }),
    clientAddress: () => '192.0.2.1',
  })
  await once(http.listen(0, '127.0.0.1'), 'listening')
})
afterAll(() => io.close())

/** A client by hand, which has joined; `sends` what it sends once it has. @returns whether the server ended it */
async function isEnded(sends: (client: WebSocket) => void): Promise<boolean> {
  const { port } = http.address() as AddressInfo
  const client = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`)
  const joined = new Promise<void>((resolve) => {
    client.on('message', (data: Buffer) => {
      const text = data.toString()
      if (text.startsWith('0')) client.send('40')
      if (text.startsWith('40')) resolve()
    })
  })
  const ended = once(client, 'close').then(() => true)
  await joined
  sends(client)
  // The answer to this ping says that all frames before it have been read.
  client.ping('last')
  const read = new Promise<false>((resolve) => {
    client.on('pong', (token: Buffer) => {
      if (token.toString() === 'last') resolve(false)
    })
  })
  const outcome = await Promise.race([ended, read])
  client.terminate()
  return outcome
}
const times = (count: number, send: () => void) => {
  for (let i = 0; i < count; i++) send()
}

test.each<[string, (client: WebSocket) => void]>([
  ['pings', (client) => client.ping()],
  ['pongs of engine.io', (client) => client.send('3')],
  ['packets of engine.io that mean nothing', (client) => client.send('6')],
])('a client that floods with %s is ended, one that sends some is not', async (_what, send) => {
  expect(await isEnded((client) => times(MAX - 1, () => send(client)))).toBe(false)
  expect(await isEnded((client) => times(MAX + 1, () => send(client)))).toBe(true)
})

test('an acknowledgement, which nobody asked for, ends the socket; answers to pings do not', async () => {
  expect(await isEnded((client) => client.send('431[]'))).toBe(true)
  expect(await isEnded((client) => times(10 * MAX, () => client.pong()))).toBe(false)
})
