import type { AccountNumber } from '../../engine/command.ts'

/** Stands for the entry stored by the previous leader, until a gateway reports the account. */
const STORED = ''

interface Held {
  readonly graceMs: number
  /** By gateway, the market time until which the account counts as connected. */
  readonly gateways: Map<string, number>
}

/**
 * Which accounts with cancel-on-disconnect are still connected. A gateway with a socket of such an account reports it
 * repeatedly; when its last socket closes, it reports when the grace period ends. An account may have sockets on
 * several gateways.
 */
export class Presence {
  readonly #accounts = new Map<AccountNumber, Held>()
  /** No account expires before this time; it saves a search in every quantum. */
  #nextMs = Infinity

  /** @returns whether the account must be stored: it is new, or its grace period changed */
  held(account: AccountNumber, gateway: string, { graceMs, untilMs }: { graceMs: number; untilMs: number }): boolean {
    const known = this.#accounts.get(account)
    const gateways = known?.gateways ?? new Map<string, number>()
    gateways.set(gateway, untilMs)
    this.#accounts.set(account, { graceMs, gateways })
    this.#nextMs = Math.min(this.#nextMs, untilMs)
    return known?.graceMs !== graceMs
  }

  /** Turns cancel-on-disconnect off. @returns whether it was on */
  released(account: AccountNumber): boolean {
    return this.#accounts.delete(account)
  }

  watches(account: AccountNumber): boolean {
    return this.#accounts.has(account)
  }

  /** After a change of leader the grace period starts again. */
  restore({ account, graceMs }: { account: AccountNumber; graceMs: number }, nowMs: number): void {
    this.held(account, STORED, { graceMs, untilMs: nowMs + graceMs })
  }

  /** While gateways could not be heard, no grace period passes. */
  postpone(gapMs: number): void {
    for (const { gateways } of this.#accounts.values()) {
      for (const [gateway, untilMs] of gateways) gateways.set(gateway, untilMs + gapMs)
    }
    this.#nextMs += gapMs
  }

  /** Accounts that no gateway holds any longer, by number. Each is forgotten as the caller reaches it. */
  *gone(timeMs: number): Generator<AccountNumber> {
    if (timeMs < this.#nextMs) return
    const gone: AccountNumber[] = []
    let nextMs = Infinity
    for (const [account, { gateways }] of this.#accounts) {
      const untilMs = Math.max(...gateways.values())
      if (untilMs > timeMs) nextMs = Math.min(nextMs, untilMs)
      else gone.push(account)
    }
    for (const account of gone.sort((a, b) => a - b)) {
      this.#accounts.delete(account)
      yield account
    }
    // Only if the caller has reached them all: the others are still due.
    this.#nextMs = nextMs
  }
}
