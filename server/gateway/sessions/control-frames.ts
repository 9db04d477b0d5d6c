import type { Connection } from '../delivery/connection.ts'

const WINDOW_MS = 10_000

/**
 * Ends a connection that sends more control frames (pings of WebSocket, pongs and the like of engine.io) in 10 s than
 * `max`. No limit of requests counts them, and each costs the thread that serves everyone some microseconds; a client
 * needs about one. WebSocket pongs are not counted: they answer our own pings, of which a fast reader gets many.
 */
export function limitControlFrames(connection: Connection, max: number, onFlood: () => void): void {
  const webSocket = connection.transport?.socket
  let [count, sinceMs] = [0, 0]
  const countOne = () => {
    const nowMs = performance.now()
    if (nowMs - sinceMs > WINDOW_MS) [count, sinceMs] = [0, nowMs]
    count += 1
    if (count !== max + 1) return
    onFlood()
    webSocket?.terminate()
  }
  webSocket?.on('ping', countOne)
  connection.on('packet', ({ type }) => {
    if (type !== 'message') countOne()
  })
}
