import { randomBytes } from 'node:crypto'
import { connectionOf, type HasConnection, onPong } from './connection.ts'

/** So much is written to a socket before it is asked again how far it has read. */
const ASKED_BYTES_MIN = 65_536
const TOKEN_BYTES = 8

/** Bytes that wait for a socket in this process: its own queue and the operating system's refusals. */
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
 * How far a client has read. The operating system takes megabytes for a client that does not read, which no counter of
 * ours shows; a WebSocket ping queues behind them, and every client answers it as it reads.
 */
export class ReadingMeter<Asked extends HasConnection> {
  readonly #socket: Asked
  readonly #ping: (socket: Asked, token: Buffer) => void
  #readBytes = 0
  #isAsked = false

  /** @param ping sends a WebSocket ping, now or soon; one function for all, since there is a meter for each socket */
  constructor(socket: Asked, ping: (socket: Asked, token: Buffer) => void) {
    this.#socket = socket
    this.#ping = ping
  }

  /**
   * Bytes that were written since the last ping that was answered, while one waits for its answer; 0 when none does.
   * Asks anew when enough has been written.
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
 * Ends a connection at once, and with it what the operating system holds for it. Any politer way waits behind what the
 * client does not read.
 */
export function terminate(socket: HasConnection): void {
  const webSocket = connectionOf(socket).transport?.socket
  // Alone it would wait for what is still to be written; it makes the end that follows a reset.
  webSocket?._socket?.resetAndDestroy()
  webSocket?.terminate()
}
