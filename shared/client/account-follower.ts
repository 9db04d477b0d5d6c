import type { AccountFrame, AccountSnapshot } from '../protocol/account.ts'
import type { Welcome } from '../protocol/events.ts'
import { accountAfter, followOf } from './account-mirror.ts'
import { RequestRefused } from './errors.ts'

interface Follow {
  ask(): Promise<AccountSnapshot>
  /** Called with each new state of the account. */
  changed(snapshot: AccountSnapshot): void
  /** Called with each frame that was applied, in order. */
  framed(frame: AccountFrame): void
}

/** Keeps the account up to date from its frames; where one is missing, the whole account is requested. */
export class AccountFollower {
  readonly #follow: Follow
  #snapshot: AccountSnapshot | undefined
  #early: AccountFrame[] = []
  /** Counts the accounts that were followed: an answer about an earlier one is ignored. */
  #follows = 0
  #isAsking = false
  /** The last request for the account failed, so the snapshot may be out of date. */
  #isStale = false
  /** This connection may not read the account, so it is not requested again before the next one. */
  #isForbidden = false
  #behindAt: number | undefined

  constructor(snapshot: AccountSnapshot | undefined, follow: Follow) {
    this.#snapshot = snapshot
    this.#follow = follow
  }

  get snapshot(): AccountSnapshot | undefined {
    return this.#snapshot
  }

  /** Follows another account from now on, or none. */
  forget(snapshot: AccountSnapshot | undefined): void {
    this.#snapshot = snapshot
    this.#early = []
    this.#isAsking = this.#isStale = false
    this.#follows += 1
  }

  welcome(welcome: Welcome): void {
    this.#isForbidden = false
    if (this.#snapshot?.account.id !== welcome.accountId) this.forget(undefined)
    if (welcome.accountId === undefined) return
    if (!welcome.resumed || !this.#snapshot) void this.#renew()
  }

  /** The exchange counts its frames from another number now, so the snapshot is no base for them. */
  restart(): void {
    if (this.#snapshot) void this.#renew()
  }

  /**
   * Takes the sequence number of a heartbeat: one that stays ahead of the snapshot for two beats shows that the last frame
   * was lost. Also repeats a request for the account that failed.
   */
  heard(seq: number | undefined): void {
    if (this.#isStale) void this.#renew()
    const isBehind = seq !== undefined && seq > (this.#snapshot?.seq ?? -1)
    const at = this.#snapshot?.seq ?? -1
    if (isBehind && this.#behindAt === at) void this.#renew()
    this.#behindAt = isBehind ? at : undefined
  }

  take(frame: AccountFrame): void {
    if (this.#isForbidden) return
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
    if (this.#isAsking || this.#isForbidden) return
    this.#isAsking = true
    const follows = this.#follows
    let snapshot: AccountSnapshot | undefined
    let isForbidden = false
    try {
      snapshot = await this.#follow.ask()
    } catch (error) {
      // The next heartbeat repeats it: repeated at once, it could go on for ever.
      isForbidden = error instanceof RequestRefused && error.error.code === 'FORBIDDEN'
    }
    if (follows !== this.#follows) return
    this.#isAsking = false
    this.#isForbidden = isForbidden
    this.#isStale = snapshot === undefined
    // During a hand-over the frames of one connection may overtake those of the other.
    const early = this.#early.sort((a, b) => a.seq - b.seq)
    this.#early = []
    if (snapshot === undefined) return
    this.#snapshot = snapshot
    this.#follow.changed(snapshot)
    early.every((frame) => this.#applied(frame))
  }
}
