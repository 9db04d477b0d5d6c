import type { EncodedFrame } from '../../bus/encoded-frame.ts'
import { OldestFirst } from '../oldest-first.ts'

interface FrameMemoryBounds {
  readonly ageMs: number
  readonly perAccount: number
  /** For all accounts together. */
  readonly bytes: number
}

const BOUNDS: FrameMemoryBounds = { ageMs: 600_000, perAccount: 5_000, bytes: 64 * 1024 * 1024 }

/** Memory taken by a frame beside its JSON, rounded up. */
const FRAME_BYTES = 500

interface Remembered {
  readonly account: number
  readonly frame: EncodedFrame
  readonly bytes: number
}

/** The frames of one account by seq, without gaps up to the newest. */
interface AccountMemory {
  readonly bySeq: Map<number, Remembered>
  newestSeq: number
}

/**
 * Recently sent account frames, for clients that missed some. A client that needs more than it holds reads the whole
 * account instead.
 */
export class ReplayBuffer {
  readonly #bounds: FrameMemoryBounds
  readonly #byAccount = new Map<number, AccountMemory>()
  /** When each frame was sent, oldest first. */
  readonly #sentAtMs = new OldestFirst<Remembered, number>()
  #bytes = 0

  constructor(bounds: Partial<FrameMemoryBounds> = {}) {
    this.#bounds = { ...BOUNDS, ...bounds }
  }

  /** A frame was sent. @param nowMs wall time */
  add(account: number, frame: EncodedFrame, nowMs: number): void {
    const { seq, json } = frame
    const bytes = FRAME_BYTES + json.length
    // Frames before a gap cannot be used.
    if (this.#byAccount.get(account)?.newestSeq !== seq - 1) this.#forgetAccount(account)
    const memory = this.#byAccount.get(account) ?? { bySeq: new Map<number, Remembered>(), newestSeq: seq }
    this.#byAccount.set(account, memory)
    const remembered: Remembered = { account, frame, bytes }
    memory.bySeq.set(seq, remembered)
    memory.newestSeq = seq
    this.#sentAtMs.set(remembered, nowMs)
    this.#bytes += bytes
    if (memory.bySeq.size > this.#bounds.perAccount) this.#forget(memory.bySeq.get(seq - this.#bounds.perAccount))
    this.#forgetOld(nowMs)
  }

  /**
   * The frames of an account after a seq, up to the newest; undefined when some are missing here.
   * @param newestSeq the account's own; if it differs from the last frame's, some frames never came through here
   */
  after(account: number, { afterSeq, newestSeq }: { afterSeq: number; newestSeq: number }): EncodedFrame[] | undefined {
    const count = newestSeq - afterSeq
    if (count === 0) return []
    const memory = this.#byAccount.get(account)
    if (memory === undefined || count < 0 || count > memory.bySeq.size || memory.newestSeq !== newestSeq)
      return undefined
    const frames: EncodedFrame[] = []
    for (let seq = afterSeq + 1; seq <= newestSeq; seq++) {
      const remembered = memory.bySeq.get(seq)
      if (remembered === undefined) return undefined
      frames.push(remembered.frame)
    }
    return frames
  }

  #forgetOld(nowMs: number): void {
    for (;;) {
      const [remembered, atMs] = this.#sentAtMs.oldest ?? [undefined, nowMs]
      if (atMs >= nowMs - this.#bounds.ageMs && this.#bytes <= this.#bounds.bytes) return
      this.#forget(remembered)
    }
  }

  #forgetAccount(account: number): void {
    for (const remembered of this.#byAccount.get(account)?.bySeq.values() ?? []) this.#forget(remembered)
  }

  #forget(remembered: Remembered | undefined): void {
    if (remembered === undefined || !this.#sentAtMs.delete(remembered)) return
    const { account, frame, bytes } = remembered
    this.#bytes -= bytes
    const bySeq = this.#byAccount.get(account)?.bySeq
    bySeq?.delete(frame.seq)
    if (bySeq?.size === 0) this.#byAccount.delete(account)
  }
}
