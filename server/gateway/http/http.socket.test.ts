import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openHttpServer } from './http.ts'

const { httpServer, app } = openHttpServer({ headersMs: 100, requestMs: 200, checkMs: 10 })
app.get('/', (_request, response) => void response.send('ok'))
app.post('/', (request, response) => {
  request.resume().once('end', () => response.send('ok'))
})
beforeAll(async () => {
  httpServer.listen(0, '127.0.0.1')
  await once(httpServer, 'listening')
})
afterAll(() => {
  httpServer.close()
  httpServer.closeAllConnections()
})

/** A connection that has sent some text, and what comes back on it. */
async function sent(text: string): Promise<{ socket: Socket; answers: string[] }> {
  const socket = connect((httpServer.address() as AddressInfo).port, '127.0.0.1')
  const answers: string[] = []
  socket.on('data', (data: Buffer) => answers.push(data.toString().split('\r\n', 1)[0] ?? ''))
  await once(socket, 'connect')
  socket.write(text)
  return { socket, answers }
}
const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'

test('a request that does not arrive in time ends its connection', async () => {
  const parts = [
    '',
    'GET / HT',
    'GET / HTTP/1.1\r\nHost: localhost\r\nX: ',
    'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12',
  ]
  const connections = await Promise.all(parts.map(sent))
  await Promise.all(connections.map(({ socket }) => once(socket, 'close')))
  for (const { answers } of connections) expect(answers).toEqual(['HTTP/1.1 408 Request Timeout'])
})

test('a connection that waits between two requests stays open for longer', async () => {
  const { socket, answers } = await sent(REQUEST)
  // Another one, opened at the same time, has been closed by then.
  await once((await sent('GET')).socket, 'close')
  socket.write(REQUEST)
  await expect.poll(() => answers).toEqual(['HTTP/1.1 200 OK', 'HTTP/1.1 200 OK'])
  socket.destroy()
})

test('by default a client has seconds, not minutes', () => {
  const server = openHttpServer().httpServer
  expect(server.headersTimeout).toBeLessThanOrEqual(20_000)
  expect(server.requestTimeout).toBeLessThanOrEqual(60_000)
  expect(server.keepAliveTimeout).toBeGreaterThan(60_000)
})
