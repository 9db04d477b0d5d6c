import { request } from 'node:http'
import { expect, test } from 'vitest'
import { openHealthServer } from './health-server.ts'

/** The status of a path that is sent unchanged: `fetch` would refuse some of these. */
function statusOf(port: number, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', path }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end()
  })
}

test('/healthz is always ok, /readyz follows readiness, and any other path is not found', async () => {
  let isReady = false
  await using server = await openHealthServer({ port: 0, host: '127.0.0.1', ready: () => isReady })
  const status = (path: string) => statusOf(server.port, path)
  expect([await status('/healthz'), await status('/readyz'), await status('/')]).toEqual([200, 503, 404])
  isReady = true
  expect([await status('/readyz'), await status('/readyz?from=balancer')]).toEqual([200, 200])
})

test('a path that is not a valid URL is not found and does not end the server', async () => {
  await using server = await openHealthServer({ port: 0, host: '127.0.0.1', ready: () => true })
  for (const path of ['//', '///x', '//:0', 'http://', '*']) {
    expect(await statusOf(server.port, path), path).toBe(404)
  }
  expect(await statusOf(server.port, '/healthz')).toBe(200)
})
