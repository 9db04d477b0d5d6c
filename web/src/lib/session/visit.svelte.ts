import { goto, refreshAll } from '$app/navigation'
import { page } from '$app/state'
import type { Client } from '@valiant/shared/client/client'
import { ACCOUNT_COOKIE } from '@valiant/shared/protocol/page'
import { createContext } from 'svelte'
import { writeCookie } from '#lib/preferences/cookie.ts'
import type { SyncedValues } from '#lib/preferences/synced.ts'
import type { Preferences } from '#lib/preferences/preferences.ts'
import type { Session, VisitorData } from './session.svelte.ts'
import { AuthFailed } from './auth-request.ts'
import { signInAsGuest } from './sign-in.ts'

const REFUSED = ['UNAUTHENTICATED', 'FORBIDDEN']

/** What the visitor does to become somebody: the guest in one click, and every other change of who looks at the page. */
export class Visit {
  readonly #session: Session
  readonly #preferences: Preferences
  /** The symbol whose workspace is being opened, while the account is. */
  opening = $state.raw<string | undefined>()
  failure = $state.raw<string | undefined>()
  /** The session that the page knows of has ended: the next may be anybody's. */
  #hasEnded = false

  constructor(session: Session, preferences: Preferences) {
    this.#session = session
    this.#preferences = preferences
  }

  /** When the connection is of somebody else than the page (a session that ended), the page follows. @returns ends it */
  follow(client: Client): () => void {
    const stops = [
      client.on('goodbye', ({ code }) => {
        if (code === 'SIGNED_OUT') this.#hasEnded = true
      }),
      client.on('welcome', ({ accountId }) => {
        if (this.#hasEnded || !this.#session.isOf(accountId)) void this.refresh()
      }),
      // The account that was chosen is not theirs any more, or nobody's.
      client.on('connection', ({ phase, ...closed }) => {
        if (phase === 'closed' && 'code' in closed && REFUSED.includes(closed.code ?? '')) void this.refresh()
      }),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }

  /** Opens an instrument's workspace; who has no account gets one on the way. No order is sent. */
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

  /** Shows another account of the same visitor, here and after a reload. */
  async switchTo(accountId: string): Promise<void> {
    writeCookie(ACCOUNT_COOKIE, accountId)
    await this.refresh()
  }

  /** After the cookie has changed: the page's data anew, and the connection as whoever it says. */
  async refresh(): Promise<void> {
    this.#hasEnded = false
    await refreshAll()
    const data = page.data as unknown as VisitorData & { readonly kept: SyncedValues | undefined }
    const { visitor, isVisitorAway, account, chosenAccount, fills, kept } = data
    this.#session.become({ visitor, isVisitorAway, account, chosenAccount, fills })
    this.#preferences.adopt(kept)
  }
}

export const [useVisit, provideVisit] = createContext<Visit>()
