import type { AccountFrame } from '@valiant/shared/protocol/account'
import { z } from 'zod'
import type { ResumedFrames } from '../../bus/exchange-request.ts'
import { within } from '../../within.ts'
import type { ExchangeRequests } from '../leader/exchange-requests.ts'
import { failure } from '../answering/wire-error.ts'

/** How long a connection waits for the frames it missed before it is welcomed without them. */
const RESUME_MS_MAX = 1_000
/** From the first request until the socket has joined its account's room, with time to spare. */
const WATCH_MS = 30_000
/** Frames sent in one go, about 100 KB, so that a slow reader does not look like one that does not read. */
const BURST = 64

const Auth = z.object({ resumeFrom: z.int().nonnegative().optional() })

/**
 * The seq of the last account frame that a client has seen, from its handshake; undefined if it names none.
 * @throws {RequestFailure} INVALID
 */
export function resumeFromOf(auth: unknown): number | undefined {
  const parsed = Auth.safeParse(auth ?? {})
  if (parsed.success) return parsed.data.resumeFrom
  const expected = 'the seq of the last account frame that was seen, an integer of 0 or more'
  throw failure('INVALID', `auth.resumeFrom: expected ${expected}.`)
}

/** All frames after the last one that a client has seen. */
export interface Missed {
  readonly afterSeq: number
  readonly frames: readonly AccountFrame[]
}

/** A socket that is being brought up to date. */
interface Resumed {
  readonly isOpen: () => boolean
  readonly send: (frame: AccountFrame) => void
  /** Resolves when the client has read what was sent, or is gone. */
  readonly wasRead: () => Promise<void>
  /**
   * From here on the socket gets the account's live frames.
   * @param onLive called with the seq of each
   * @returns stops the calls, not the frames
   */
  readonly join: (onLive: (seq: number) => void) => () => void
}

/** Sends sockets the account frames that their clients missed, in order, and then lets them have the live ones. */
export class Resuming {
  readonly #exchange: Pick<ExchangeRequests, 'ask'>
  /** The newest seq seen, of accounts that are being resumed. */
  readonly #seen = new Map<number, { seq: number; watchers: number }>()

  constructor(exchange: Pick<ExchangeRequests, 'ask'>) {
    this.#exchange = exchange
  }

  /** This instance has seen a frame of this seq. */
  saw(account: number, seq: number): void {
    const seen = this.#seen.get(account)
    if (seen !== undefined && seq > seen.seq) seen.seq = seq
  }

  /** Called before the welcome. @returns undefined if some frames are not available, or not in time */
  async missed(account: number, afterSeq: number): Promise<Missed | undefined> {
    this.#watch(account)
    const frames = await this.#framesAfter(account, afterSeq)
    return frames && { afterSeq, frames }
  }

  /**
   * Called after the welcome: sends the missed frames and those sent meanwhile, then joins the socket to the live ones.
   * @returns the newest known seq of the account, which is beyond the client's if some frames were not available
   */
  async bring(account: number, { afterSeq, frames }: Missed, socket: Resumed): Promise<number> {
    const live = new Set<number>()
    let lastSeq = afterSeq
    const sendAll = async (some: readonly AccountFrame[]): Promise<void> => {
      const unsent = some.filter(({ seq }) => seq > lastSeq)
      for (const [index, frame] of unsent.entries()) {
        if (index > 0 && index % BURST === 0) await socket.wasRead()
        if (!live.has(frame.seq)) socket.send(frame)
        lastSeq = frame.seq
      }
    }
    const newestSeq = () => Math.max(lastSeq, this.#seen.get(account)?.seq ?? 0, ...live)
    await sendAll(frames)
    while (socket.isOpen() && (this.#seen.get(account)?.seq ?? 0) > lastSeq) {
      const more = await this.#framesAfter(account, lastSeq)
      // The heartbeats show the client that it is behind.
      if (more === undefined || more.length === 0) break
      await sendAll(more)
    }
    if (!socket.isOpen()) return newestSeq()
    const stopHearing = socket.join((seq) => live.add(seq))
    // A frame may pass before its seq is known on this instance: ask once more for those sent before the socket joined.
    const rest = await this.#framesAfter(account, lastSeq)
    if (socket.isOpen()) await sendAll(rest ?? [])
    stopHearing()
    return newestSeq()
  }

  #watch(account: number): void {
    const seen = this.#seen.get(account) ?? { seq: 0, watchers: 0 }
    this.#seen.set(account, seen)
    seen.watchers += 1
    setTimeout(() => {
      seen.watchers -= 1
      if (seen.watchers === 0) this.#seen.delete(account)
    }, WATCH_MS).unref()
  }

  async #framesAfter(account: number, afterSeq: number): Promise<AccountFrame[] | undefined> {
    const endMs = Date.now() + RESUME_MS_MAX
    const frames: AccountFrame[] = []
    for (;;) {
      const answer = await this.#ask(account, frames.at(-1)?.seq ?? afterSeq, endMs)
      if (answer?.frames == null) return undefined
      frames.push(...answer.frames)
      if (answer.frames.length === 0 || answer.frames.at(-1)?.seq === answer.seq) return frames
    }
  }

  async #ask(account: number, afterSeq: number, endMs: number): Promise<ResumedFrames | undefined> {
    const nowMs = Date.now()
    const request = { event: 'account.resume', account, afterSeq } as const
    try {
      const asked = this.#exchange.ask({ request, receivedAtMs: nowMs })
      const answer = await within(Math.max(0, endMs - nowMs), asked)
      return answer.ok ? (answer.data as ResumedFrames) : undefined
    } catch {
      // Not available now: the client requests its whole account.
      return undefined
    }
  }
}
