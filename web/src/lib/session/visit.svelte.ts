import { goto, refreshAll } from '$app/navigation'
import { page } from '$app/state'
import type { Client } from '@valiant/shared/client/client'
import { ACCOUNT_COOKIE } from '@valiant/shared/protocol/page'
import { createContext } from 'svelte'
import { writeCookie } from '#lib/preferences/cookie.ts'
import type { SyncedValues } from '#lib/preferences/synced.ts'
import type { Preferences } from '#lib/preferences/preferences.ts'
import type { Toasts } from '#lib/ui/toasts.svelte.ts'
import type { Session, VisitorData } from './session.svelte.ts'
import { AuthFailed } from './auth-request.ts'
import { signInAsGuest } from './sign-in.ts'

const REFUSED = ['UNAUTHENTICATED', 'FORBIDDEN']
const TABS = 'valiant-visitor'
const ENDED = 'Your session was ended elsewhere: you are signed out.'

/** Changes of the visitor's identity: becoming a guest with one click, and following every other change of the session. */
export class Visit {
  readonly #session: Session
  readonly #preferences: Preferences
  readonly #toasts: Toasts
  /** The symbol whose workspace will open once the account has been created. */
  opening = $state.raw<string | undefined>()
  failure = $state.raw<string | undefined>()
  /** The known session has ended; the next connection may be another user's. */
  #hasEnded = false
  /** The session is being ended on this page, which reports that itself. */
  #isLeaving = false
  #tabs: BroadcastChannel | undefined

  constructor(session: Session, preferences: Preferences, toasts: Toasts) {
    this.#session = session
    this.#preferences = preferences
    this.#toasts = toasts
  }

  /**
   * The page follows the connection if that belongs to another user, as after a session ended, and the other tabs: without
   * an account no connection would tell it that its browser has got one, and it would offer to open a second. @returns
   * stops that
   */
  follow(client: Client): () => void {
    const tabs = (this.#tabs = new BroadcastChannel(TABS))
    tabs.onmessage = ({ data }) => {
      if (data !== this.#userId) void this.#follow()
    }
    const stops = [
      client.on('goodbye', ({ code }) => {
        if (code === 'SIGNED_OUT') this.#hasEnded = true
      }),
      client.on('welcome', ({ accountId }) => {
        if (this.#hasEnded || !this.#session.isOf(accountId)) void this.#follow()
      }),
      // The chosen account no longer belongs to the visitor.
      client.on('connection', ({ phase, ...closed }) => {
        if (phase === 'closed' && 'code' in closed && REFUSED.includes(closed.code ?? '')) void this.#follow()
      }),
    ]
    return () => {
      tabs.close()
      for (const stop of stops) stop()
    }
  }

  /** What somebody else did: nobody should see an account go, or trade on another one, without a word. */
  async #follow(): Promise<void> {
    const [before, isLeaving, accountBefore] = [this.#userId, this.#isLeaving, accountShown()]
    await this.refresh()
    if (before === null || isLeaving) return
    const account = accountShown()
    if (this.#userId === before && accountBefore && account && account.id !== accountBefore.id) {
      this.#toasts.show(`This is “${account.name}” now, instead of “${accountBefore.name}”.`, 'alert')
    }
    if (this.#userId !== null || this.#session.isVisitorAway) return
    // Another tab and the connection both bring the news.
    if (this.#toasts.items.some(({ text }) => text === ENDED)) return
    this.#toasts.show(ENDED, 'alert', { label: 'Sign in', href: '/account' })
  }

  /** Ends the session, and shows the page as a visitor sees it. @param end throws if the session goes on */
  async leave(end: () => Promise<unknown>): Promise<void> {
    this.#isLeaving = true
    try {
      await end()
      await this.refresh()
    } finally {
      this.#isLeaving = false
    }
  }

  /** Null without a visitor: the tabs tell each other. */
  get #userId(): string | null {
    return this.#session.visitor?.userId ?? null
  }

  /** Opens an instrument's workspace; creates a guest account for a visitor without one. Sends no order. */
  async trade(symbol: string, side: 'buy' | 'sell' = 'buy'): Promise<void> {
    if (this.opening !== undefined) return
    this.failure = undefined
    if (this.#session.visitor || this.#session.isVisitorAway) {
      await goto(`/trade/${symbol}?side=${side}`)
      return
    }
    this.opening = symbol
    try {
      await signInAsGuest()
      await this.refresh()
      await goto(`/trade/${symbol}?first=${side}`)
    } catch (error) {
      this.failure =
        error instanceof AuthFailed ? error.message : 'Your account didn’t open. Nothing was changed. Try again.'
    } finally {
      this.opening = undefined
    }
  }

  /** Switches to another account of the same visitor, also after a reload. */
  async switchTo(accountId: string): Promise<void> {
    writeCookie(ACCOUNT_COOKIE, accountId)
    await this.refresh()
  }

  /** After the cookie has changed: reloads the page's data, and reconnects as its user. */
  async refresh(): Promise<void> {
    this.#hasEnded = false
    const before = this.#userId
    await refreshAll()
    const { visitor, isVisitorAway, account, chosenAccount, fills, kept } = pageData()
    this.#session.become({ visitor, isVisitorAway, account, chosenAccount, fills })
    this.#preferences.adopt(kept)
    if (this.#userId !== before) this.#tabs?.postMessage(this.#userId)
  }
}

const pageData = () => page.data as unknown as VisitorData & { readonly kept: SyncedValues | undefined }
const accountShown = () => pageData().account?.account

export const [useVisit, provideVisit] = createContext<Visit>()
