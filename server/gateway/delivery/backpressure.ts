import { randomBytes } from 'node:crypto'
import { connectionOf, type HasConnection, onPong } from './connection.ts'

/** Bytes written to a socket between two pings that measure how far it has read. */
const ASKED_BYTES_MIN = 65_536
const TOKEN_BYTES = 8

/** Bytes waiting for a socket in this process: engine.io's queue and what the kernel has not accepted. */
export function backlogBytes(socket: HasConnection): number {
  const { transport, writeBuffer } = connectionOf(socket)
  let bytes = transport?.socket?.bufferedAmount ?? 0
  for (const { data, options } of writeBuffer) {
    const frame = options?.wsPreEncodedFrame
    if (frame !== undefined) bytes += frame.reduce((sum, part) => sum + part.length, 0)
    else if (typeof data === 'string' || Buffer.isBuffer(data)) bytes += data.length
  }
  return bytes
}

/**
 * Measures how far a client has read. The kernel buffers megabytes for a client that does not read, which no counter of
 * ours shows. A WebSocket ping queues behind them, and every client answers it as it reads.
 */
export class ReadingMeter<Asked extends HasConnection> {
  readonly #socket: Asked
  readonly #ping: (socket: Asked, token: Buffer) => void
  #readBytes = 0
  #isAsked = false

  /** @param ping sends a WebSocket ping, now or soon; shared by all meters, since there is one per socket */
  constructor(socket: Asked, ping: (socket: Asked, token: Buffer) => void) {
    this.#socket = socket
    this.#ping = ping
  }

  /**
   * Bytes written since the last answered ping, while a ping is unanswered; otherwise 0. Sends another ping when enough
   * has been written.
   */
  unreadBytes(): number {
    const bytes = connectionOf(this.#socket).transport?.socket?._socket?.bytesWritten ?? 0
    if (this.#isAsked) return bytes - this.#readBytes
    if (bytes - this.#readBytes >= ASKED_BYTES_MIN) this.#ask(bytes)
    return 0
  }

  #ask(bytes: number): void {
    const webSocket = connectionOf(this.#socket).transport?.socket
    if (webSocket === undefined) return
    const token = randomBytes(TOKEN_BYTES)
    onPong(webSocket, token, () => {
      this.#readBytes = bytes
      this.#isAsked = false
    })
    this.#isAsked = true
    this.#ping(this.#socket, token)
  }
}

/**
 * Ends a connection immediately and frees its kernel buffers. Any graceful way would wait behind data that the client does
 * not read.
 */
export function terminate(socket: HasConnection): void {
  const webSocket = connectionOf(socket).transport?.socket
  // On its own this would wait for pending writes; it turns the termination that follows into a reset.
  webSocket?._socket?.resetAndDestroy()
  webSocket?.terminate()
}
