import type { HoldConnectionRequest } from '../../bus/exchange-request.ts'
import type { AccountNumber } from '../../engine/command.ts'
import { type Engine, ENDS_PER_QUANTUM_MAX } from '../../engine/engine.ts'
import type { OpenBatch } from '../leading/open-batch.ts'
import type { PresenceWriter } from './presence-writer.ts'
import type { Presence } from './presence.ts'

export interface AbandonedOrdersParts {
  readonly engine: Pick<Engine, 'account' | 'apply'>
  /** Accounts with cancel-on-disconnect, and whether they are connected. */
  readonly presence: Presence
  readonly presenceWriter: Pick<PresenceWriter, 'set' | 'clear'>
}

/** Cancel-on-disconnect: cancels the orders of accounts that nobody has been connected to for their grace period. */
export class AbandonedOrders {
  readonly #parts: AbandonedOrdersParts

  constructor(parts: AbandonedOrdersParts) {
    this.#parts = parts
  }

  /** A gateway reports an account as connected for a while, from `timeMs` on. */
  hold(gateway: string, { account, graceMs, holdMs }: HoldConnectionRequest, timeMs: number): void {
    const { presence, presenceWriter } = this.#parts
    const mustStore = presence.held(account, gateway, { graceMs, untilMs: timeMs + holdMs })
    if (mustStore) presenceWriter.set(account, graceMs)
  }

  /** Turns cancel-on-disconnect off for an account until a gateway reports it again. */
  release(account: AccountNumber): void {
    const { presence, presenceWriter } = this.#parts
    if (presence.released(account)) presenceWriter.clear(account)
  }

  /** While gateways could not be heard, no grace period passes. */
  postpone(gapMs: number): void {
    this.#parts.presence.postpone(gapMs)
  }

  /**
   * Cancels the orders of accounts whose grace period has ended, up to a number of orders per quantum.
   * @param batch in which they are canceled
   */
  cancel(timeMs: number, batch: OpenBatch): void {
    const { engine, presence, presenceWriter } = this.#parts
    let ended = 0
    for (const account of presence.gone(timeMs)) {
      if (engine.account(account) !== undefined) {
        const command = { kind: 'order.cancelAll', account, abandoned: true } as const
        ended += engine.apply(command, timeMs).orders.length
      }
      batch.onRelease(() => {
        // If a client has connected meanwhile, the stored setting stays.
        if (!presence.watches(account)) presenceWriter.clear(account)
      })
      if (ended >= ENDS_PER_QUANTUM_MAX) return
    }
  }
}
