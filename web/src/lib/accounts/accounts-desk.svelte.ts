import type { Account } from '@valiant/shared/protocol/account'
import type { AccountState } from '#lib/session/account.svelte.ts'
import type { Session } from '#lib/session/session.svelte.ts'
import type { Visit } from '#lib/session/visit.svelte.ts'
import { money } from '#lib/ui/format.ts'
import type { Toasts } from '#lib/ui/toasts.svelte.ts'
import { accountRefusal } from './account-refusal.ts'

/** The action under way; one at a time. */
export type AccountDeed = 'open' | 'switch' | 'rename' | 'mode' | 'deposit' | 'withdraw' | 'reset'

/** The visitor's accounts, and the actions on the one that is shown. */
export class AccountsDesk {
  /** All accounts of the visitor, oldest first; undefined until they are read. */
  #others = $state.raw<readonly Account[] | undefined>()
  hasFailed = $state.raw(false)
  busy = $state.raw<AccountDeed | undefined>()
  /** The last action that failed, and why. */
  refusal = $state.raw<{ readonly of: AccountDeed; readonly text: string } | undefined>()

  readonly #session: Session
  readonly #account: AccountState
  readonly #visit: Visit
  readonly #toasts: Toasts

  constructor(parts: { session: Session; account: AccountState; visit: Visit; toasts: Toasts }) {
    this.#session = parts.session
    this.#account = parts.account
    this.#visit = parts.visit
    this.#toasts = parts.toasts
  }

  readonly shown = $derived.by(() => this.#account.account)
  /** The account that is shown is live; the others are as of the last read. */
  readonly all = $derived.by((): readonly Account[] => {
    const { shown } = this
    const others = this.#others ?? (shown ? [shown] : [])
    return others.map((account) => (account.id === shown?.id ? shown : account))
  })

  async read(): Promise<void> {
    const userId = this.#session.visitor?.userId
    this.hasFailed = false
    try {
      const accounts = await this.#session.client.ask('accounts', {})
      if (userId === this.#session.visitor?.userId) this.#others = accounts
    } catch {
      if (userId === this.#session.visitor?.userId) this.hasFailed = true
    }
  }

  /** Another user is signed in, or nobody: forgets what concerns the former one. */
  become(userId: string | undefined): void {
    this.#others = undefined
    this.hasFailed = false
    this.refusal = undefined
    if (userId !== undefined) void this.read()
  }

  switchTo(account: Account): Promise<boolean> {
    return this.#do('switch', async () => {
      await this.#visit.switchTo(account.id)
      return `This is “${account.name}” now.`
    })
  }

  /** Opens another account and shows it. */
  open(wanted: { name: string; startingCash: string; mode: Account['mode'] }): Promise<boolean> {
    return this.#do('open', async () => {
      const { id, name } = await this.#session.client.ask('accounts.create', wanted)
      await this.#visit.switchTo(id)
      await this.read()
      return `“${name}” is open, with ${money(wanted.startingCash)}.`
    })
  }

  rename(name: string): Promise<boolean> {
    return this.#do('rename', async () => {
      await this.#session.client.ask('account.update', { name })
      return `This account is called “${name}” now.`
    })
  }

  setMode(mode: Account['mode']): Promise<boolean> {
    return this.#do('mode', async () => {
      await this.#session.client.ask('account.update', { mode })
      return mode === 'margin' ? 'Margin and short selling are on.' : 'This account pays in cash now.'
    })
  }

  deposit(amount: string): Promise<boolean> {
    return this.#do('deposit', async () => {
      await this.#session.client.ask('account.deposit', { amount })
      return `${money(amount)} was paid in.`
    })
  }

  withdraw(amount: string): Promise<boolean> {
    return this.#do('withdraw', async () => {
      await this.#session.client.ask('account.withdraw', { amount })
      return `${money(amount)} was taken out.`
    })
  }

  reset(startingCash: string): Promise<boolean> {
    return this.#do('reset', async () => {
      await this.#session.client.ask('account.reset', { startingCash })
      return `You start over with ${money(startingCash)}.`
    })
  }

  /** @returns whether it succeeded; otherwise the refusal is shown beside the button */
  async #do(deed: AccountDeed, act: () => Promise<string>): Promise<boolean> {
    if (this.busy !== undefined) return false
    this.busy = deed
    this.refusal = undefined
    try {
      this.#toasts.show(await act())
      return true
    } catch (error) {
      this.refusal = { of: deed, text: accountRefusal(error) }
      return false
    } finally {
      this.busy = undefined
    }
  }
}
