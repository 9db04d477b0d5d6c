import type { Answer } from '@valiant/shared/protocol/events'
import type { TraceHeaders } from '../telemetry/tracing.ts'
import type { ExchangeRequest } from './exchange-request.ts'

/** A request on its way from a gateway to the exchange. */
export interface CommandEntry {
  /** Position in the stream; later entries have higher positions. */
  readonly position: string
  /** Identifies the request among those of its gateway; the answer has the same id. */
  readonly id: string
  readonly gateway: string
  /**
   * `o:` and a clientOrderId (kept forever) or `r:` and a requestId (kept for 24 hours): the request is executed once under
   * this id. Absent for a request that changes nothing.
   */
  readonly commandId?: string
  /** SHA-256 in hex of the request's content, to tell a repeated request from another one under the same id. */
  readonly payloadHash?: string
  /** Time of the bus in ms (`CommandBus.nowMs`) after which the exchange drops the command without executing it. */
  readonly expiresAtMs: number
  readonly request: ExchangeRequest
  /** Which copy of the request this is, counted from 1: a gateway sends it again when there is no answer. An instance of an
   * earlier version does not count. */
  readonly copy?: number
  /** Only for a traced request. Instances of earlier versions send none. */
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
 * Carries commands from gateways to the exchange, and answers back. It is a transport, not a store, and may lose messages:
 * the gateway sends a command again, and the journal knows which commands were answered.
 */
export interface CommandBus {
  /** Wall time in ms of the clock that gateways and exchange share. Expiry times of commands refer to it. */
  nowMs(): number
  /** @throws {Unavailable} when the command certainly was not and will not be delivered; after other errors it may be */
  send(command: NewCommand): Promise<void>
  /** Receives the answers to commands of this gateway. Must be called before its first `send`. */
  onReply(gateway: string, receive: (reply: CommandReply) => void): void
  reply(gateway: string, reply: CommandReply): void
  /**
   * Reads the commands after a position; for the exchange only.
   * @param after the position of an entry, or START for all entries
   * @param arrived called when there are entries to take and there were none before
   */
  consume(after: string, arrived: () => void): CommandReader
  /** Removes entries up to this position: they are committed and not needed any more. */
  trim(position: string): void
}

export const START = '0-0'

export interface CommandReader {
  /** Entries that have arrived, oldest first, at most `max`. Each entry is returned once. */
  take(max: number): readonly CommandEntry[]
  /** Number of entries that have arrived and were not taken yet. */
  waiting(): number
  close(): void
}

/** Something outside the process failed before the request was executed: the same request may succeed later. */
export class Unavailable extends Error {
  readonly retryAfterMs: number
  constructor(message: string, { cause, retryAfterMs = 1_000 }: { cause?: unknown; retryAfterMs?: number } = {}) {
    super(message, { cause })
    this.name = 'Unavailable'
    this.retryAfterMs = retryAfterMs
  }
}
