import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { startBalancer } from './balancer.ts'

const SOCKETS = 30

test('nginx sends all sockets to instances that have failed before as soon as they recover', async () => {
  await using parts = new AsyncDisposableStack()
  const open: Duplex[] = []
  parts.defer(() => {
    for (const socket of open) socket.destroy()
  })
  let isHangingUp = true
  const ports: number[] = []
  for (let i = 0; i < 2; i++) {
    const server = createServer((_request, response) => void response.end('ok'))
    server.on('upgrade', (_request, socket: Duplex) => {
      open.push(socket)
      socket.on('error', () => undefined)
      if (isHangingUp) socket.destroy()
      else socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n')
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    parts.defer(() => void server.close())
    ports.push((server.address() as AddressInfo).port)
  }
  const nginx = parts.use(await startBalancer('nginx', ports))
  const upgrade = async (): Promise<number | undefined> => {
    const asked = request(nginx.url, { headers: { connection: 'upgrade', upgrade: 'websocket' }, agent: false }).end()
    asked.on('upgrade', (_response, socket) => open.push(socket))
    const upgraded = once(asked, 'upgrade').then(() => 101)
    const answered = once(asked, 'response').then(([response]: { statusCode: number }[]) => response?.statusCode)
    return await Promise.race([upgraded, answered])
  }
  expect(await upgrade()).toBe(502)
  isHangingUp = false
  const statuses = await Promise.all(Array.from({ length: SOCKETS }, upgrade))
  expect(statuses).toEqual(Array<number>(SOCKETS).fill(101))
})

test.each(['haproxy', 'nginx'] as const)(
  '%s sends new connections to other instances after a reload, and keeps the open ones',
  async (name) => {
    await using parts = new AsyncDisposableStack()
    const portOf = async (color: string) => {
      const server = createServer((_request, response) => void response.end(color))
      const sockets = new WebSocketServer({ server })
      sockets.on('connection', (socket) => socket.on('message', () => socket.send(color)))
      await once(server.listen(0, '127.0.0.1'), 'listening')
      parts.defer(() => void server.close())
      return (server.address() as AddressInfo).port
    }
    const [blue, green] = [await portOf('blue'), await portOf('green')]
    const balancer = parts.use(await startBalancer(name, [blue]))
    const socket = new WebSocket(balancer.url)
    parts.defer(() => socket.terminate())
    await once(socket, 'open')
    const page = async () => (await fetch(balancer.url)).text()
    expect(await page()).toBe('blue')
    await balancer.route([green])
    await expect.poll(page).toBe('green')
    socket.send('?')
    expect(String(((await once(socket, 'message')) as [Buffer])[0])).toBe('blue')
  },
)
