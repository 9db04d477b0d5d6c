import type { ClientToServerEvents, EventName, EventOf, ServerToClientEvents } from '@valiant/shared/protocol/events'
import type { Server, Socket } from 'socket.io'
import type { RoomEvent, RoomFrame, RoomSender } from './room-sender.ts'
import { textFrame } from './text-frame.ts'

/** What engine.io and ws keep of a connection, which their types do not show; pinned by fan-out.socket.test.ts. */
interface Connection {
  readonly writeBuffer: { readonly length: number }
  readonly transport: Transport
  write(packet: string, options: { readonly wsPreEncodedFrame: readonly Buffer[] }): unknown
}
interface Transport {
  readonly name: string
  readonly writable: boolean
  readonly perMessageDeflate: unknown
  readonly socket?: WebSocket
}
interface WebSocket {
  readonly readyState: number
  readonly _sender?: { readonly _state: number }
  readonly _socket?: Tcp | null
}
interface Tcp {
  readonly writableLength: number
  write(bytes: Buffer): boolean
  cork(): void
  uncork(): void
}
type MarketServer = Server<ClientToServerEvents, ServerToClientEvents>
type HasConnection = Pick<Socket, 'conn'>

/** A connection as this writes to it. */
interface Line {
  readonly connection: Connection
  /** The way past engine.io; undefined where these libraries are not as we know them. */
  readonly direct: { readonly transport: Transport; readonly webSocket: WebSocket; readonly tcp: Tcp } | undefined
  /** What is written stays in Node until the end of the turn. */
  isCorked: boolean
}

const OPEN = 1

/**
 * Frames for many sockets, each finished once, down to the bytes of the WebSocket, and written past engine.io to the TCP
 * of every socket that has nothing before them. What a socket gets in one turn leaves in one write to the kernel, which is
 * most of what a frame costs: Socket.IO alone takes some 1.7 times what bare ws does, this half of it where quotes, book and
 * trades come together (docs/performance.md). Where anything waits already, engine.io's queue takes the frame, so that
 * order and backlog stay where they are kept.
 */
export class FanOut implements RoomSender {
  readonly #io: MarketServer
  readonly #lines = new WeakMap<HasConnection, Line>()
  /** Of the rooms that were sent to since somebody came or went: looking each socket up costs a tenth of a frame. */
  readonly #rooms = new Map<string, readonly Line[]>()
  #corked: Line[] = []

  constructor(io: MarketServer) {
    this.#io = io
    const { adapter } = io.of('/')
    const forget = (room: string) => void this.#rooms.delete(room)
    for (const event of ['join-room', 'leave-room', 'delete-room']) adapter.on(event, forget)
  }

  send<Event extends RoomEvent>(room: string, event: Event, frame: RoomFrame<Event>): void {
    this.#write(this.#rooms.get(room) ?? this.#linesOf(room), event, frame)
  }

  /** The same frame to each of them. */
  sendTo<Event extends EventName>(sockets: readonly HasConnection[], event: Event, frame: EventOf<Event>): void {
    this.#write(
      sockets.map((socket) => this.#lineOf(socket)),
      event,
      frame,
    )
  }

  #write(lines: readonly Line[], event: EventName, frame: unknown): void {
    if (lines.length === 0) return
    const packet = `2${JSON.stringify([event, frame])}`
    const bytes = textFrame(`4${packet}`)
    const options = { wsPreEncodedFrame: [bytes] }
    for (const line of lines) {
      const tcp = idleTcpOf(line)
      if (tcp === undefined) {
        line.connection.write(packet, options)
        continue
      }
      if (!line.isCorked) this.#cork(line, tcp)
      tcp.write(bytes)
    }
  }

  #cork(line: Line, tcp: Tcp): void {
    if (this.#corked.length === 0) process.nextTick(() => this.#release())
    line.isCorked = true
    this.#corked.push(line)
    tcp.cork()
  }

  #release(): void {
    const due = this.#corked
    this.#corked = []
    for (const line of due) {
      line.isCorked = false
      line.direct?.tcp.uncork()
    }
  }

  #linesOf(room: string): readonly Line[] {
    const { adapter, sockets } = this.#io.of('/')
    const lines = [...(adapter.rooms.get(room) ?? [])].flatMap((id) => {
      const socket = sockets.get(id)
      return socket === undefined ? [] : this.#lineOf(socket)
    })
    if (lines.length > 0) this.#rooms.set(room, lines)
    return lines
  }

  #lineOf(socket: HasConnection): Line {
    const known = this.#lines.get(socket)
    if (known !== undefined) return known
    const line = lineOf(socket)
    this.#lines.set(socket, line)
    return line
  }
}

function lineOf({ conn }: HasConnection): Line {
  const connection = conn as unknown as Connection
  const { transport } = connection
  const webSocket = transport.name === 'websocket' ? transport.socket : undefined
  const tcp = webSocket?._socket
  // Compressed frames are finished later than they are written, and Blobs read: nothing here may overtake them.
  const isPlain = (transport.perMessageDeflate ?? false) === false && webSocket?._sender?._state === 0
  const isKnown = typeof transport.writable === 'boolean' && typeof tcp?.writableLength === 'number'
  const direct =
    webSocket === undefined || tcp == null || !isPlain || !isKnown ? undefined : { transport, webSocket, tcp }
  return { connection, direct, isCorked: false }
}

/** Where the next byte that leaves may be ours: engine.io has nothing for this socket, nor has TCP but what we corked. */
function idleTcpOf({ connection, direct, isCorked }: Line): Tcp | undefined {
  if (direct === undefined) return undefined
  const { transport, webSocket, tcp } = direct
  const isIdle = transport.writable && connection.writeBuffer.length === 0 && webSocket.readyState === OPEN
  return isIdle && (isCorked || tcp.writableLength === 0) ? tcp : undefined
}
