import type { AccountFrame, AccountSnapshot } from '../protocol/account.ts'
import type { Welcome } from '../protocol/events.ts'
import { accountAfter, followOf } from './account-mirror.ts'

interface Follow {
  ask(): Promise<AccountSnapshot>
  /** The account is another. */
  changed(snapshot: AccountSnapshot): void
  /** A frame was applied, in order. */
  framed(frame: AccountFrame): void
}

/** Keeps the account by its frames in sequence; where one is missing, it is asked for whole. */
export class AccountFollower {
  readonly #follow: Follow
  #snapshot: AccountSnapshot | undefined
  #early: AccountFrame[] = []
  #isAsking = false
  #behindAt: number | undefined

  constructor(snapshot: AccountSnapshot | undefined, follow: Follow) {
    this.#snapshot = snapshot
    this.#follow = follow
  }

  get snapshot(): AccountSnapshot | undefined {
    return this.#snapshot
  }

  /** Another account, or none, is followed from here. */
  forget(snapshot: AccountSnapshot | undefined): void {
    this.#snapshot = snapshot
    this.#early = []
  }

  welcome(welcome: Welcome): void {
    if (this.#snapshot?.account.id !== welcome.accountId) this.forget(undefined)
    if (welcome.accountId === undefined) return
    if (!welcome.resumed || !this.#snapshot) void this.#renew()
  }

  /** A heartbeat's number: one that stays ahead of ours for two beats shows a frame that was lost last. */
  heard(seq: number | undefined): void {
    const isBehind = seq !== undefined && seq > (this.#snapshot?.seq ?? -1)
    const at = this.#snapshot?.seq ?? -1
    if (isBehind && this.#behindAt === at) void this.#renew()
    this.#behindAt = isBehind ? at : undefined
  }

  take(frame: AccountFrame): void {
    if (this.#isAsking) this.#early.push(frame)
    else if (!this.#applied(frame)) {
      this.#early.push(frame)
      void this.#renew()
    }
  }

  /** @returns false when a frame is missing before it */
  #applied(frame: AccountFrame): boolean {
    const follow = this.#snapshot ? followOf(this.#snapshot, frame) : 'gap'
    if (!this.#snapshot || follow === 'gap') return false
    if (follow === 'known') return true
    this.#snapshot = accountAfter(this.#snapshot, frame)
    this.#follow.framed(frame)
    this.#follow.changed(this.#snapshot)
    return true
  }

  async #renew(): Promise<void> {
    if (this.#isAsking) return
    this.#isAsking = true
    let isAnswered = false
    try {
      this.#snapshot = await this.#follow.ask()
      this.#follow.changed(this.#snapshot)
      isAnswered = true
    } catch {
      // Not asked again at once, which could go on for ever: the next heartbeats find the gap.
    }
    this.#isAsking = false
    const early = this.#early
    this.#early = []
    if (isAnswered) early.every((frame) => this.#applied(frame))
  }
}
