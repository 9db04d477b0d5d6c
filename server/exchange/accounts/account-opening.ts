import type { ChangedAccount } from '@valiant/shared/protocol/account'
import { invalidField } from '@valiant/shared/protocol/invalid'
import { ACCOUNTS_PER_USER_MAX } from '@valiant/shared/protocol/limits'
import type { CreateAccountRequest, OpenAccountRequest } from '../../bus/exchange-request.ts'
import { FIRST_USER_ACCOUNT, type OpenAccount } from '../../engine/command.ts'
import type { KnownCommands } from '../commands/known-commands.ts'
import { done, type Invalid, invalid, type Recorded } from '../operations/outcome.ts'
import type { LiveMarket } from '../market/live-market.ts'

const ACCOUNTS_END = 2 ** 31
/** Above the first accounts, so that a user's later ones can follow. */
const ROOM = 2 ** 27
const STEP_MAX = 2 ** 23

/**
 * Opens accounts, choosing unused numbers: those of a user rise, so that the ids sort by creation, and are drawn, so that
 * they do not count the accounts of all users.
 */
export class AccountOpening {
  readonly #market: LiveMarket
  readonly #known: KnownCommands
  readonly #draw: (from: number, end: number) => number
  /** Accounts opened since this market was assembled, by user: the journal may not contain them yet. */
  readonly #opened = new Map<string, number[]>()

  /** @param parts.draw a random integer of `from` or more, below `end` */
  constructor(parts: { market: LiveMarket; known: KnownCommands; draw: (from: number, end: number) => number }) {
    this.#market = parts.market
    this.#known = parts.known
    this.#draw = parts.draw
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
    const account = this.#open(userId, [], { name, startingCents })
    return { account: this.#changed(account), isNew: true }
  }

  /**
   * Another account of a user.
   * @param owned the user's accounts according to the journal
   */
  create({ userId, name, startingCents, mode }: CreateAccountRequest, owned: readonly number[]): Recorded | Invalid {
    const earlier = this.#accountsOf(userId, owned)
    if (earlier.length >= ACCOUNTS_PER_USER_MAX) {
      const expected = `at most ${ACCOUNTS_PER_USER_MAX} accounts of one user`
      return invalid(invalidField({ field: '', rule: 'max', expected, found: 'one more' }))
    }
    return done(this.#changed(this.#open(userId, earlier, { name, startingCents, mode })))
  }

  /** Each once; some of those that were read may have been closed since. */
  #accountsOf(userId: string, owned: readonly number[]): readonly number[] {
    const all = new Set([...owned, ...(this.#opened.get(userId) ?? [])])
    return [...all].filter((account) => this.#market.hasAccount(account))
  }

  #open(
    userId: string,
    earlier: readonly number[],
    more: Pick<OpenAccount, 'name' | 'startingCents' | 'mode'>,
  ): number {
    const { engine, open } = this.#market
    let account = this.#drawAfter(earlier)
    while (this.#market.hasAccount(account)) account = this.#drawAfter(earlier)
    this.#market.operate((timeMs) => engine.apply({ kind: 'account.open', account, ...more }, timeMs))
    this.#known.opened(account)
    open.opened.push({ account, userId })
    this.#opened.set(userId, [...(this.#opened.get(userId) ?? []), account])
    return account
  }

  #drawAfter(earlier: readonly number[]): number {
    if (earlier.length === 0) return this.#draw(FIRST_USER_ACCOUNT, ACCOUNTS_END - ROOM)
    const from = Math.max(...earlier) + 1
    const end = from + STEP_MAX
    // Earlier versions drew any number, so there may be no room above the newest.
    return end <= ACCOUNTS_END ? this.#draw(from, end) : this.#draw(FIRST_USER_ACCOUNT, ACCOUNTS_END)
  }

  #changed(account: number): ChangedAccount {
    return this.#market.operations.accounts.changed(account)
  }
}
