import type { AccountSnapshot, ChangedAccount, MovedMoney } from '@valiant/shared/protocol/account'
import { invalidField } from '@valiant/shared/protocol/invalid'
import { CASH_CENTS_MAX } from '@valiant/shared/protocol/limits'
import { formatCents } from '@valiant/shared/units/cents'
import type {
  CancelAfterRequest,
  CloseAccountRequest,
  MoveMoneyRequest,
  ResetAccountRequest,
  UpdateAccountRequest,
} from '../../bus/exchange-request.ts'
import type { Engine } from '../../engine/engine.ts'
import { toWireEntry } from '../../feed/account/entry.ts'
import type { AccountFrames } from '../accounts/account-frames.ts'
import { accountRefusal } from '../commands/refusal.ts'
import { done, type Invalid, invalid, type Recorded, refused } from './outcome.ts'

/** Operations on an account as a whole. */
export class AccountOperations {
  readonly #engine: Engine
  readonly #frames: AccountFrames

  constructor(engine: Engine, frames: AccountFrames) {
    this.#engine = engine
    this.#frames = frames
  }

  update({ account, name, mode }: UpdateAccountRequest, timeMs: number): Recorded {
    const changes = { ...(name !== undefined && { name }), ...(mode !== undefined && { mode }) }
    const result = this.#engine.apply({ kind: 'account.update', account, ...changes }, timeMs)
    return result.ok ? done(this.changed(account)) : refused(accountRefusal(result.rejection))
  }

  moveMoney({ event, account, cents }: MoveMoneyRequest, timeMs: number): Recorded | Invalid {
    const cashCents = this.#engine.account(account)?.cashCents ?? 0
    if (event === 'account.deposit' && cashCents + cents > CASH_CENTS_MAX) return tooMuch(CASH_CENTS_MAX - cashCents)
    const result = this.#engine.apply({ kind: event, account, cents }, timeMs)
    if (!result.ok) return refused(accountRefusal(result.rejection))
    const { seq, ...wire } = this.changed(account)
    const entry = toWireEntry(result.entry, account, (symbol) => this.#frames.instrument(symbol))
    return done({ account: wire, entry, seq } satisfies MovedMoney)
  }

  reset({ account, startingCents }: ResetAccountRequest, timeMs: number): Recorded {
    this.#engine.apply({ kind: 'account.reset', account, startingCents }, timeMs)
    return done(this.changed(account))
  }

  close({ account }: CloseAccountRequest, timeMs: number): Recorded {
    this.#engine.apply({ kind: 'account.close', account }, timeMs)
    return done({})
  }

  cancelAfter(request: CancelAfterRequest, timeMs: number): Recorded {
    const { account, timeoutMs, symbols, keepProtective } = request
    const command = { kind: 'cancelAfter', account, timeoutMs, keepProtective, ...(symbols && { symbols }) } as const
    const { atMs } = this.#engine.apply(command, timeMs)
    return done(atMs === undefined ? {} : { cancelAt: atMs })
  }

  /** The current state of an account, with the `seq` of its next frame. */
  changed(number: number): ChangedAccount {
    const account = this.#frames.known(number)
    return { ...this.#frames.account(account), seq: account.seq }
  }

  snapshot(number: number): AccountSnapshot {
    return this.#frames.snapshot(this.#frames.known(number))
  }
}

function tooMuch(mostCents: number): Invalid {
  const expected = `at most ${formatCents(Math.max(0, mostCents))}, since no account may have more cash`
  return invalid(invalidField({ field: 'amount', rule: 'max', expected }))
}
