import type { Answer } from '@valiant/shared/protocol/events'
import type { TraceHeaders } from '../telemetry/tracing.ts'
import type { ExchangeRequest } from './exchange-request.ts'

/** A request on its way from a gateway to the exchange. */
export interface CommandEntry {
  /** Where it lies in the stream; positions rise. */
  readonly position: string
  /** Names the request among those of its gateway: the answer comes back under it. */
  readonly id: string
  readonly gateway: string
  /**
   * `o:` and a clientOrderId (kept for ever), `r:` and a requestId (24 hours): the request is answered once under it.
   * Absent for a request that changes nothing.
   */
  readonly commandId?: string
  /** sha256 in hex of the request's content, so that a repeat can be told from another request under the same id. */
  readonly payloadHash?: string
  /** Time of the bus in ms (`CommandBus.nowMs`) after which the exchange drops it unseen. */
  readonly expiresAtMs: number
  readonly request: ExchangeRequest
  /** Which copy of the request this is, counted from 1: a gateway sends it again when there is no answer. An instance of an
   * earlier version does not count. */
  readonly copy?: number
  /** Of a request that is followed; one of an instance that knows nothing of it has none. */
  readonly trace?: TraceHeaders
}

export type NewCommand = Omit<CommandEntry, 'position'>

/** The exchange's answer to the command `id`. */
export interface CommandReply {
  readonly id: string
  readonly epoch: number
  readonly answer: Answer
  /**
   * Only of a refusal that leaves its id free: the copy it answers. It holds for this copy and those before it; a later one may
   * reach another leader, which may accept it.
   */
  readonly ofCopy?: number
}

/**
 * Carries commands from gateways to the exchange and answers back. A transport, not a store: it may lose anything,
 * and nothing is lost, since the gateway sends again and the journal knows what was answered.
 */
export interface CommandBus {
  /** Wall time in ms by the one clock that gateways and exchange share; commands expire by it. */
  nowMs(): number
  /** @throws {Unavailable} when the command has certainly not been taken, and never will be */
  send(command: NewCommand): Promise<void>
  /** Answers to commands of this gateway; set before its first send. */
  onReply(gateway: string, receive: (reply: CommandReply) => void): void
  reply(gateway: string, reply: CommandReply): void
  /**
   * Reads the commands behind a position, for the exchange alone.
   * @param after the position of an entry, or START for all that there is
   * @param arrived called when there is something to take and there was nothing before
   */
  consume(after: string, arrived: () => void): CommandReader
  /** Entries up to here have been committed and are never asked for again. */
  trim(position: string): void
}

export const START = '0-0'

export interface CommandReader {
  /** What has arrived, oldest first, at most `max`; each entry is given once. */
  take(max: number): readonly CommandEntry[]
  /** How many have been read here and wait to be taken. */
  waiting(): number
  close(): void
}

/** Something outside the process failed before anything was done: the same request may succeed later. */
export class Unavailable extends Error {
  readonly retryAfterMs: number
  constructor(message: string, { cause, retryAfterMs = 1_000 }: { cause?: unknown; retryAfterMs?: number } = {}) {
    super(message, { cause })
    this.name = 'Unavailable'
    this.retryAfterMs = retryAfterMs
  }
}
