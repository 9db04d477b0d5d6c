import type { ChangedAccount } from '@valiant/shared/protocol/account'
import { invalidField } from '@valiant/shared/protocol/invalid'
import { ACCOUNTS_PER_USER_MAX } from '@valiant/shared/protocol/limits'
import type { CreateAccountRequest, OpenAccountRequest } from '../../bus/exchange-request.ts'
import type { OpenAccount } from '../../engine/command.ts'
import type { KnownCommands } from '../commands/known-commands.ts'
import { done, type Invalid, invalid, type Recorded } from '../operations/outcome.ts'
import type { LiveMarket } from '../market/live-market.ts'

/** Opens accounts, choosing unused numbers. */
export class AccountOpening {
  readonly #market: LiveMarket
  readonly #known: KnownCommands
  readonly #drawAccount: () => number
  /** Accounts opened since this market was assembled, by user: the journal may not contain them yet. */
  readonly #opened = new Map<string, number[]>()

  constructor(parts: { market: LiveMarket; known: KnownCommands; drawAccount: () => number }) {
    this.#market = parts.market
    this.#known = parts.known
    this.#drawAccount = parts.drawAccount
  }

  /**
   * The first account of a user; it is opened only once.
   * @param owned the user's accounts according to the journal
   */
  openFirst(
    { userId, name, startingCents }: OpenAccountRequest,
    owned: readonly number[],
  ): { account: ChangedAccount; isNew: boolean } {
    const [known] = this.#accountsOf(userId, owned)
    if (known !== undefined) return { account: this.#changed(known), isNew: false }
    const account = this.#open(userId, { name, startingCents })
    return { account: this.#changed(account), isNew: true }
  }

  /**
   * Another account of a user.
   * @param owned the user's accounts according to the journal
   */
  create({ userId, name, startingCents, mode }: CreateAccountRequest, owned: readonly number[]): Recorded | Invalid {
    const count = this.#accountsOf(userId, owned).length
    if (count >= ACCOUNTS_PER_USER_MAX) {
      const expected = `at most ${ACCOUNTS_PER_USER_MAX} accounts of one user`
      return invalid(invalidField({ field: '', rule: 'max', expected, found: String(count) }))
    }
    return done(this.#changed(this.#open(userId, { name, startingCents, mode })))
  }

  /** Each once; some of those that were read may have been closed since. */
  #accountsOf(userId: string, owned: readonly number[]): readonly number[] {
    const all = new Set([...owned, ...(this.#opened.get(userId) ?? [])])
    return [...all].filter((account) => this.#market.hasAccount(account))
  }

  #open(userId: string, more: Pick<OpenAccount, 'name' | 'startingCents' | 'mode'>): number {
    const { engine, open } = this.#market
    let account = this.#drawAccount()
    while (this.#market.hasAccount(account)) account = this.#drawAccount()
    this.#market.operate((timeMs) => engine.apply({ kind: 'account.open', account, ...more }, timeMs))
    this.#known.opened(account)
    open.opened.push({ account, userId })
    this.#opened.set(userId, [...(this.#opened.get(userId) ?? []), account])
    return account
  }

  #changed(account: number): ChangedAccount {
    return this.#market.operations.accounts.changed(account)
  }
}
