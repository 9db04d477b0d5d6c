import { randomBytes } from 'node:crypto'
import type { Socket } from 'socket.io'

/** So much is written to a socket before it is asked again how far it has read. */
const ASKED_BYTES_MIN = 65_536
const TOKEN_BYTES = 8

/** What ws and engine.io keep of a connection, which their types do not show; pinned by backpressure.socket.test.ts. */
interface Connection {
  readonly transport: {
    readonly socket?: {
      readonly bufferedAmount: number
      readonly _socket?: { readonly bytesWritten: number; resetAndDestroy(): void } | null
      ping(data: Buffer): void
      on(event: 'pong', listener: (data: Buffer) => void): void
      terminate(): void
    }
  }
  readonly writeBuffer: readonly {
    readonly data?: unknown
    readonly options?: { readonly wsPreEncodedFrame?: readonly { readonly length: number }[] }
  }[]
}
type HasConnection = Pick<Socket, 'conn'>
const connectionOf = ({ conn }: HasConnection): Connection => conn as unknown as Connection

/** Bytes that wait for a socket in this process: its own queue and the operating system's refusals (reliability.md, 2d). */
export function backlogBytes(socket: HasConnection): number {
  const { transport, writeBuffer } = connectionOf(socket)
  let bytes = transport.socket?.bufferedAmount ?? 0
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
export class ReadingMeter {
  readonly #socket: Connection['transport']['socket']
  #readBytes = 0
  #asked: { readonly token: Buffer; readonly bytes: number } | undefined

  constructor(socket: HasConnection) {
    this.#socket = connectionOf(socket).transport.socket
    this.#socket?.on('pong', (token) => {
      if (this.#asked?.token.equals(token) !== true) return
      this.#readBytes = this.#asked.bytes
      this.#asked = undefined
    })
  }

  /**
   * Bytes that were written since the last ping that was answered, while one waits for its answer; 0 when none does.
   * Asks anew when enough has been written.
   */
  unreadBytes(): number {
    const bytes = this.#socket?._socket?.bytesWritten ?? 0
    if (this.#asked !== undefined) return bytes - this.#readBytes
    if (bytes - this.#readBytes >= ASKED_BYTES_MIN) {
      this.#asked = { token: randomBytes(TOKEN_BYTES), bytes }
      this.#socket?.ping(this.#asked.token)
    }
    return 0
  }
}

/**
 * Ends a connection at once, and with it what the operating system holds for it. Any politer way waits behind what the
 * client does not read (B3).
 */
export function terminate(socket: HasConnection): void {
  const { socket: webSocket } = connectionOf(socket).transport
  // Alone it would wait for what is still to be written; it makes the end that follows a reset.
  webSocket?._socket?.resetAndDestroy()
  webSocket?.terminate()
}
