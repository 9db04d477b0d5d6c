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
  /** How many accounts have been followed: an answer about the one before counts for nothing. */
  #follows = 0
  #isAsking = false
  /** Asked for, and not answered: what is shown may be old. */
  #isStale = false
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
    this.#isAsking = this.#isStale = false
    this.#follows += 1
  }

  welcome(welcome: Welcome): void {
    if (this.#snapshot?.account.id !== welcome.accountId) this.forget(undefined)
    if (welcome.accountId === undefined) return
    if (!welcome.resumed || !this.#snapshot) void this.#renew()
  }

  /**
   * A heartbeat, with its number: one that stays ahead of ours for two beats shows a frame that was lost last. An account
   * that could not be had is asked for again.
   */
  heard(seq: number | undefined): void {
    if (this.#isStale) void this.#renew()
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
    const follows = this.#follows
    let snapshot: AccountSnapshot | undefined
    try {
      snapshot = await this.#follow.ask()
    } catch {
      // Not asked again at once, which could go on for ever: the next heartbeat does.
    }
    // Another account is followed meanwhile.
    if (follows !== this.#follows) return
    this.#isAsking = false
    this.#isStale = snapshot === undefined
    // While two lines stand, the frames of one may overtake those of the other.
    const early = this.#early.sort((a, b) => a.seq - b.seq)
    this.#early = []
    if (snapshot === undefined) return
    this.#snapshot = snapshot
    this.#follow.changed(snapshot)
    early.every((frame) => this.#applied(frame))
  }
}
