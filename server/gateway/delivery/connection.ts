import type { Socket } from 'socket.io'

/*
 * Fields of engine.io and ws that their types do not show, pinned by the *.socket.test.ts files in this folder. Optional
 * fields may be missing in another version, in which case the library's own behavior is used.
 */

export interface Connection {
  readonly transport?: Transport
  /** Packets that wait for the transport, in engine.io. */
  readonly writeBuffer: readonly QueuedPacket[]
  /** engine.io's own ping timer; null once it has been stopped. */
  pingIntervalTimer?: NodeJS.Timeout | null
  flush?(): void
  write(packet: string, options: { readonly wsPreEncodedFrame: readonly Buffer[] }): unknown
  sendPacket(type: 'ping'): unknown
  /** A packet has come in. */
  on(event: 'packet', listener: (packet: { readonly type: string }) => void): void
}

interface QueuedPacket {
  readonly data?: unknown
  readonly options?: { readonly wsPreEncodedFrame?: readonly { readonly length: number }[] }
}

export interface Transport {
  readonly name: string
  readonly perMessageDeflate: unknown
  /** False while it writes or is held back. */
  writable?: boolean
  readonly socket?: WebSocket
}

export interface WebSocket {
  readonly readyState: number
  readonly bufferedAmount: number
  readonly _sender?: { readonly _state: number }
  readonly _socket?: Tcp | null
  ping(token: Buffer): void
  on(event: 'ping' | 'pong', listener: (token: Buffer) => void): void
  off(event: 'pong', listener: (token: Buffer) => void): void
  terminate(): void
}

export interface Tcp {
  readonly bytesWritten: number
  readonly writableLength: number
  write(bytes: Buffer): boolean
  cork(): void
  uncork(): void
  resetAndDestroy(): void
}

export type HasConnection = Pick<Socket, 'conn'>

export const connectionOf = ({ conn }: HasConnection): Connection => conn as unknown as Connection

/** Calls back when a ping with this token is answered, at most once. @returns cancels it */
export function onPong(webSocket: WebSocket, token: Buffer, then: () => void): () => void {
  const heard = (answered: Buffer) => {
    if (!token.equals(answered)) return
    webSocket.off('pong', heard)
    then()
  }
  webSocket.on('pong', heard)
  return () => webSocket.off('pong', heard)
}
