import type { Socket } from 'socket.io'

/** More than this waits for a socket: it cannot be saved any more. */
const BACKLOG_BYTES_MAX = 1_048_576

/** What ws and engine.io keep of a connection, which their types do not show; pinned by backpressure.socket.test.ts. */
interface Connection {
  readonly transport: { readonly socket?: { readonly bufferedAmount: number; terminate(): void } }
  readonly writeBuffer: readonly {
    readonly data?: unknown
    readonly options?: { readonly wsPreEncodedFrame?: readonly { readonly length: number }[] }
  }[]
}
const connectionOf = ({ conn }: Pick<Socket, 'conn'>): Connection => conn as unknown as Connection

/** Bytes that wait for a socket in this process: its own queue and the operating system's refusals (reliability.md, 2d). */
export function backlogBytes(socket: Pick<Socket, 'conn'>): number {
  const { transport, writeBuffer } = connectionOf(socket)
  let bytes = transport.socket?.bufferedAmount ?? 0
  for (const { data, options } of writeBuffer) {
    const frame = options?.wsPreEncodedFrame
    if (frame !== undefined) bytes += frame.reduce((sum, part) => sum + part.length, 0)
    else if (typeof data === 'string' || Buffer.isBuffer(data)) bytes += data.length
  }
  return bytes
}

export const isBeyondHope = (socket: Pick<Socket, 'conn'>): boolean =>
  connectionOf(socket).writeBuffer.length > 0 && backlogBytes(socket) > BACKLOG_BYTES_MAX

/** Ends a connection at once. Any politer way waits behind what the client does not read (B3). */
export function terminate(socket: Pick<Socket, 'conn'>): void {
  connectionOf(socket).transport.socket?.terminate()
}
