import type { Logger } from '../../telemetry/logger.ts'
import { PING_INTERVAL_MS, PING_TIMEOUT_MS, type ValiantServer, type ValiantSocket } from '../valiant-socket.ts'
import { backlogBytes, ReadingMeter, terminate } from './backpressure.ts'
import type { FanOut } from './fan-out.ts'
import { close, GOODBYE_MS } from '../sessions/goodbye.ts'
import type { MarketSubscriptions } from '../market/market-subscriptions.ts'

const LOOK_MS = 250
/** With more than this waiting in this process, a socket gets no market frames until all of it is written. */
const HELD_BACKLOG_BYTES = 65_536
/** The same for bytes that were written but not read, in the kernel and on the way. */
const HELD_UNREAD_BYTES = 131_072
/** A held socket's backlog consists of account frames, none of which may be dropped: past this, it is closed. */
const BACKLOG_BYTES_MAX = 1_048_576
const HELD_MS_MAX = 5_000
/** Just before engine.io would end a socket that does not answer its ping, without telling it why. */
const SILENT_MS_MAX = PING_INTERVAL_MS + PING_TIMEOUT_MS - 2 * LOOK_MS

/** Measurements of a socket at one look. */
export interface Look {
  /** Bytes waiting for it in this process. */
  readonly backlogBytes: number
  readonly unreadBytes: number
  /** How long it has been held back; undefined when it is not. */
  readonly heldMs: number | undefined
  /** How long it has not answered a ping. */
  readonly silentMs: number
}

/** `well` and `wait` leave a socket as it is. */
type Verdict = 'well' | 'hold' | 'wait' | 'resume' | 'end'

export function verdictOn({ backlogBytes, unreadBytes, heldMs, silentMs }: Look): Verdict {
  if (backlogBytes > BACKLOG_BYTES_MAX || silentMs > SILENT_MS_MAX) return 'end'
  const isBehind = backlogBytes > HELD_BACKLOG_BYTES || unreadBytes > HELD_UNREAD_BYTES
  if (heldMs === undefined) return isBehind ? 'hold' : 'well'
  if (backlogBytes === 0 && !isBehind) return 'resume'
  return heldMs > HELD_MS_MAX ? 'end' : 'wait'
}

type Conn = ValiantSocket['conn']

interface Watched {
  readonly socket: ValiantSocket
  readonly meter: ReadingMeter<ValiantSocket>
  /** By the clock of `SlowSockets`. */
  heldSinceMs: number | undefined
  heardAtMs: number
}

interface SlowSocketsParts {
  readonly io: ValiantServer
  readonly subscriptions: Pick<MarketSubscriptions, 'hold' | 'resume'>
  readonly fanOut: Pick<FanOut, 'inCompany' | 'ask'>
  readonly logger: Logger
}

/**
 * Bounds the memory of sockets that read slowly: they get no market frames until they have caught up, then the state of
 * each stream, and are closed if they do not catch up.
 */
export class SlowSockets implements Disposable {
  readonly #parts: SlowSocketsParts
  readonly #watched = new Map<Conn, Watched>()
  readonly #timer: NodeJS.Timeout
  /** The time in which sockets could be heard: a long turn of the event loop counts as at most two looks. */
  #nowMs = 0
  #lookedAtMs = performance.now()
  #ended = 0

  constructor(parts: SlowSocketsParts) {
    this.#parts = parts
    const { io, fanOut } = parts
    const ask = (socket: ValiantSocket, token: Buffer) => fanOut.inCompany(() => fanOut.ask(socket, token))
    const heard = listenerOf((conn) => this.#heard(conn))
    const drained = listenerOf((conn) => this.#drained(conn))
    const closed = listenerOf((conn, reason) => this.#closed(conn, reason))
    io.engine.on('connection', (conn: Conn) => void conn.on('close', closed))
    io.on('connection', (socket) => {
      const meter = new ReadingMeter(socket, ask)
      this.#watched.set(socket.conn, { socket, meter, heldSinceMs: undefined, heardAtMs: this.#nowMs })
      socket.conn.on('heartbeat', heard).on('drain', drained)
    })
    this.#timer = setInterval(() => this.look(), LOOK_MS)
  }

  /** Number of sockets ended since the start. */
  get ended(): number {
    return this.#ended
  }

  /** Number of sockets currently held back. */
  get held(): number {
    return [...this.#watched.values()].filter(({ heldSinceMs }) => heldSinceMs !== undefined).length
  }

  /** Checks all sockets of this instance; runs automatically every 250 ms. */
  look(): void {
    const lookedAtMs = performance.now()
    this.#nowMs += Math.min(lookedAtMs - this.#lookedAtMs, 2 * LOOK_MS)
    this.#lookedAtMs = lookedAtMs
    for (const watched of this.#watched.values()) this.#judge(watched)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #heard(conn: Conn): void {
    const watched = this.#watched.get(conn)
    if (watched !== undefined) watched.heardAtMs = this.#nowMs
  }

  /** The socket's queue is empty: check it now, so that it resumes without delay. */
  #drained(conn: Conn): void {
    const watched = this.#watched.get(conn)
    if (watched?.heldSinceMs !== undefined) this.#judge(watched)
  }

  /** For any reason, also for connections that never became a socket: ws would wait 30 s for the client to close. */
  #closed(conn: Conn, reason: unknown): void {
    const watched = this.#watched.get(conn)
    this.#watched.delete(conn)
    if (watched !== undefined && reason === 'ping timeout') this.#end(watched.socket)
    setTimeout(() => terminate({ conn }), GOODBYE_MS).unref()
  }

  #judge(watched: Watched): void {
    const { socket } = watched
    const look: Look = {
      backlogBytes: backlogBytes(socket),
      unreadBytes: watched.meter.unreadBytes(),
      heldMs: watched.heldSinceMs === undefined ? undefined : this.#nowMs - watched.heldSinceMs,
      silentMs: this.#nowMs - watched.heardAtMs,
    }
    const { subscriptions } = this.#parts
    switch (verdictOn(look)) {
      case 'hold':
        watched.heldSinceMs = this.#nowMs
        subscriptions.hold(socket)
        return
      case 'resume':
        watched.heldSinceMs = undefined
        subscriptions.resume(socket)
        return
      case 'end':
        this.#watched.delete(socket.conn)
        this.#end(socket, look)
        return
      case 'well':
      case 'wait':
    }
  }

  #end(socket: ValiantSocket, look?: Look): void {
    this.#ended += 1
    this.#parts.logger.warn({ socket: socket.id, ...look, ended: this.#ended }, 'closing a slow socket')
    // Says goodbye only to an empty queue: otherwise it would wait behind unread data.
    if (look?.backlogBytes === 0 && look.unreadBytes === 0) {
      close(socket, 'SLOW_CLIENT', 'This client did not answer: it is not reading, or not fast enough.')
    } else terminate(socket)
  }
}

/** One listener for all connections, since a closure for each costs memory. */
function listenerOf(listen: (conn: Conn, detail: unknown) => void) {
  return function (this: Conn, detail?: unknown): void {
    listen(this, detail)
  }
}
