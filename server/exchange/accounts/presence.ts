import type { AccountNumber } from '../../engine/command.ts'

/** As stored by whoever led before, until a gateway tells more. */
const STORED = ''

interface Held {
  readonly graceMs: number
  /** Until when, by gateway, in market time. */
  readonly gateways: Map<string, number>
}

/**
 * Who is there of the accounts whose orders are to go when nobody is: a gateway with a socket that asked for it says so
 * again and again, and when its last one goes, from when on the grace runs. Several gateways may have sockets of one account.
 */
export class Presence {
  readonly #accounts = new Map<AccountNumber, Held>()
  /** Nobody is gone before: quanta are many. */
  #nextMs = Infinity

  /** @returns whether there is something to keep: the account is new, or its grace another */
  held(account: AccountNumber, gateway: string, { graceMs, untilMs }: { graceMs: number; untilMs: number }): boolean {
    const known = this.#accounts.get(account)
    const gateways = known?.gateways ?? new Map<string, number>()
    gateways.set(gateway, untilMs)
    this.#accounts.set(account, { graceMs, gateways })
    this.#nextMs = Math.min(this.#nextMs, untilMs)
    return known?.graceMs !== graceMs
  }

  /** What was asked for is taken back. @returns whether there was anything */
  released(account: AccountNumber): boolean {
    return this.#accounts.delete(account)
  }

  watches(account: AccountNumber): boolean {
    return this.#accounts.has(account)
  }

  /** After a take-over the grace begins anew. */
  restore({ account, graceMs }: { account: AccountNumber; graceMs: number }, nowMs: number): void {
    this.held(account, STORED, { graceMs, untilMs: nowMs + graceMs })
  }

  /** While nobody could be heard, time stood still. */
  postpone(gapMs: number): void {
    for (const { gateways } of this.#accounts.values()) {
      for (const [gateway, untilMs] of gateways) gateways.set(gateway, untilMs + gapMs)
    }
    this.#nextMs += gapMs
  }

  /** The accounts that no gateway holds any longer, by number; one is forgotten as the caller reaches it. */
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
