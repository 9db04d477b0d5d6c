import type { ClientToServerEvents, EventName, EventOf, ServerToClientEvents } from '@valiant/shared/protocol/events'
import type { Server } from 'socket.io'
import {
  type Connection,
  connectionOf,
  type HasConnection,
  type Tcp,
  type Transport,
  type WebSocket,
} from './connection.ts'
import type { RoomEvent, RoomFrame, RoomSender } from './room-sender.ts'
import { pingFrame, textFrame } from './text-frame.ts'

type MarketServer = Server<ClientToServerEvents, ServerToClientEvents>

/** A connection that frames are written to. */
interface Line {
  readonly connection: Connection
  readonly transport: Transport | undefined
  readonly webSocket: WebSocket | undefined
  /** Bypasses engine.io; undefined where the libraries' internals are not as expected. */
  readonly tcp: Tcp | undefined
  /** Frames about to be sent. */
  parcel: Parcel | undefined
}

const OPEN = 1
/** Frames that are sent in company wait for at most two quanta of the market. */
const COMPANY_MS_MAX = 100

/**
 * Sends frames to many sockets. Each frame is encoded once, down to the bytes of the WebSocket, and written past engine.io
 * to the TCP socket of every client that has nothing queued. Frames that a socket gets together are one buffer, built once
 * for all who get the same, and one write to the kernel, which is most of the cost of a frame (docs/performance.md). Where
 * anything is queued already, the frames go through engine.io's queue, which keeps order and backlog.
 */
export class FanOut implements RoomSender {
  readonly #io: MarketServer
  readonly #lines = new WeakMap<HasConnection, Line>()
  /** Cached per room until a member joins or leaves: looking each socket up costs a tenth of a frame. */
  readonly #rooms = new Map<string, readonly Line[]>()
  #isGathering = false
  #due: Line[] = []
  #company: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined
  /** Since the start, one per socket. */
  readonly sent = new Map<EventName, { frames: number; bytes: number }>()

  constructor(io: MarketServer) {
    this.#io = io
    const { adapter } = io.of('/')
    const forget = (room: string) => void this.#rooms.delete(room)
    for (const event of ['join-room', 'leave-room', 'delete-room']) adapter.on(event, forget)
  }

  send<Event extends RoomEvent>(room: string, event: Event, frame: RoomFrame<Event>): void {
    this.#addEvent(this.#rooms.get(room) ?? this.#linesOf(room), event, frame)
  }

  /** The same frame to each of them. */
  sendTo<Event extends EventName>(sockets: readonly HasConnection[], event: Event, frame: EventOf<Event>): void {
    this.#addEvent(this.#linesOfAll(sockets), event, frame)
  }

  /** An engine.io ping. */
  ping(sockets: readonly HasConnection[]): void {
    this.#add(this.#linesOfAll(sockets), PING)
  }

  /** A WebSocket ping; its pong returns `token` when the client has read this far. */
  ask(socket: HasConnection, token: Buffer): void {
    this.#add([this.#lineOf(socket)], {
      bytes: pingFrame(token),
      queue: ({ transport }) => transport?.socket?.ping(token),
    })
  }

  together(send: () => void): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#isGathering = true
    try {
      send()
      for (const one of this.#company.splice(0)) one()
    } finally {
      this.#isGathering = false
      this.#release()
    }
  }

  /** Sends frames that are not urgent, in the same writes as the next market frames, or alone after a moment. */
  inCompany(send: () => void): void {
    this.#company.push(send)
    this.#timer ??= setTimeout(() => this.together(() => undefined), COMPANY_MS_MAX).unref()
  }

  #addEvent(lines: readonly Line[], event: EventName, frame: unknown): void {
    if (lines.length === 0) return
    const packet = `2${JSON.stringify([event, frame])}`
    const bytes = textFrame(`4${packet}`)
    const sent = this.sent.get(event) ?? { frames: 0, bytes: 0 }
    sent.frames += lines.length
    sent.bytes += lines.length * bytes.length
    this.sent.set(event, sent)
    this.#add(lines, { bytes, queue: (connection) => connection.write(packet, { wsPreEncodedFrame: [bytes] }) })
  }

  #add(lines: readonly Line[], frame: Frame): void {
    const alone = new Parcel([frame])
    for (const line of lines) {
      if (line.parcel === undefined) {
        line.parcel = alone
        this.#due.push(line)
      } else line.parcel = line.parcel.with(frame)
    }
    if (!this.#isGathering) this.#release()
  }

  #release(): void {
    const due = this.#due
    this.#due = []
    for (const line of due) {
      const { parcel } = line
      if (parcel === undefined) continue
      line.parcel = undefined
      const tcp = idleTcpOf(line)
      if (tcp !== undefined) tcp.write(parcel.bytes)
      else for (const frame of parcel.frames) frame.queue(line.connection)
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

  #linesOfAll(sockets: readonly HasConnection[]): readonly Line[] {
    return sockets.map((socket) => this.#lineOf(socket))
  }

  #lineOf(socket: HasConnection): Line {
    const known = this.#lines.get(socket)
    if (known !== undefined) return known
    const line = lineOf(socket)
    this.#lines.set(socket, line)
    return line
  }
}

interface Frame {
  /** The encoded bytes. */
  readonly bytes: Buffer
  /** Used when something is queued before it, or the libraries' internals are not as expected. */
  readonly queue: (connection: Connection) => unknown
}

const PING: Frame = { bytes: textFrame('2'), queue: (connection) => connection.sendPacket('ping') }

/** Frames that some sockets get together, in order. */
class Parcel {
  readonly frames: readonly Frame[]
  #bytes: Buffer | undefined
  /** The newest extension of this batch: sockets that get these frames and the same next one share it. */
  #longer: { readonly by: Frame; readonly parcel: Parcel } | undefined

  constructor(frames: readonly Frame[]) {
    this.frames = frames
  }

  get bytes(): Buffer {
    const [first, ...rest] = this.frames
    this.#bytes ??=
      first !== undefined && rest.length === 0 ? first.bytes : Buffer.concat(this.frames.map(({ bytes }) => bytes))
    return this.#bytes
  }

  with(frame: Frame): Parcel {
    if (this.#longer?.by !== frame) this.#longer = { by: frame, parcel: new Parcel([...this.frames, frame]) }
    return this.#longer.parcel
  }
}

function lineOf(socket: HasConnection): Line {
  const connection = connectionOf(socket)
  const { transport } = connection
  const webSocket = transport?.name === 'websocket' ? transport.socket : undefined
  const tcp = webSocket?._socket
  // Compressed frames and Blobs are finished after they are written: nothing may overtake them.
  const isPlain = (transport?.perMessageDeflate ?? false) === false && webSocket?._sender?._state === 0
  const isKnown = typeof transport?.writable === 'boolean' && typeof tcp?.writableLength === 'number'
  return { connection, transport, webSocket, tcp: isPlain && isKnown ? tcp : undefined, parcel: undefined }
}

/** Whether the next byte may be ours: neither engine.io nor TCP has anything queued for this socket. */
function idleTcpOf({ connection, transport, webSocket, tcp }: Line): Tcp | undefined {
  const isIdle = transport?.writable === true && connection.writeBuffer.length === 0 && webSocket?.readyState === OPEN
  return isIdle && tcp?.writableLength === 0 ? tcp : undefined
}
