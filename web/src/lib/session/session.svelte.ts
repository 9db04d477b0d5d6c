import { type Client, connectWith } from '@valiant/shared/client/client'
import type { ConnectionState } from '@valiant/shared/client/connection-state'
import type { AccountSnapshot } from '@valiant/shared/protocol/account'
import type { Fill } from '@valiant/shared/protocol/order'
import type { Visitor } from '@valiant/shared/protocol/page'
import { createContext } from 'svelte'
import { follow, sawVisitor } from '#lib/telemetry/telemetry.ts'
import type { AccountState } from './account.svelte.ts'
import { ConnectionDetails } from './connection-details.svelte.ts'

/** What the server knows about the visitor. */
export interface VisitorData {
  readonly visitor: Visitor | undefined
  /** There is a session, but its user could not be read. */
  readonly isVisitorAway: boolean
  readonly account: AccountSnapshot | undefined
  /** Its id, if it was chosen among several. */
  readonly chosenAccount: string | undefined
  readonly fills: readonly Fill[]
}

/** A shorter loss of the connection is not shown. */
const STALE_AFTER_MS = 1_000
export const SLOW_FROM_MS = 250

/** The visitor and the connection of this page. */
export class Session {
  visitor = $state.raw<Visitor | undefined>()
  isVisitorAway = $state.raw(false)
  connection = $state.raw<ConnectionState>({ phase: 'connecting' })
  /** The local wall time; updated every second, more often while disconnected. */
  nowMs = $state.raw(0)
  readonly details = new ConnectionDetails()

  readonly isLive = $derived(this.connection.phase === 'live')
  readonly lostAtMs = $derived.by(() => {
    const { connection } = this
    if (connection.phase === 'live') return undefined
    return connection.phase === 'connecting' ? this.#startedAtMs : connection.sinceMs
  })
  /** How old the data on screen is, while disconnected. */
  readonly ageMs = $derived(this.lostAtMs === undefined ? 0 : Math.max(0, this.nowMs - this.lostAtMs))
  /** Whether the data on screen is too old to look live: it turns gray and shows its age. */
  readonly isStale = $derived(this.ageMs >= STALE_AFTER_MS)
  readonly latencyMs = $derived(this.connection.phase === 'live' ? this.connection.latencyMs : undefined)
  readonly isSlow = $derived((this.latencyMs ?? 0) > SLOW_FROM_MS)

  readonly #account: AccountState
  readonly #chosenAccount: string | undefined
  #client: Client | undefined
  /** Whether the connection was admitted without an account. */
  #isPublic = false
  #startedAtMs = $state.raw(0)

  constructor(
    account: AccountState,
    data: Pick<VisitorData, 'visitor' | 'isVisitorAway' | 'chosenAccount'>,
    nowMs: number,
  ) {
    this.#account = account
    this.visitor = data.visitor
    this.isVisitorAway = data.isVisitorAway
    this.#chosenAccount = data.chosenAccount
    this.nowMs = nowMs
    this.#startedAtMs = nowMs
  }

  /** The connection to the exchange. In the browser only: use it in effects and handlers. */
  get client(): Client {
    if (!this.#client) throw new Error('The connection exists in the browser only.')
    return this.#client
  }

  /** The server's wall time, as far as known, at a time of the local clock. */
  serverNow(nowMs = Date.now()): number {
    return nowMs + (this.#client?.clockOffsetMs ?? 0)
  }

  /** Whether the page shows the account of this connection. An account that did not load may be any of the visitor's. */
  isOf(accountId: string | undefined): boolean {
    if (accountId === undefined || !this.visitor) return accountId === undefined && !this.visitor
    const shown = this.#account.account?.id
    return shown === undefined || shown === accountId
  }

  /** Connects; called once, in the browser. @returns disconnects */
  start(): () => void {
    this.nowMs = this.#startedAtMs = Date.now()
    const snapshot = this.#account.snapshot
    const accountId = this.#chosenAccount
    const client = (this.#client = connectWith(
      { follow },
      { ...(snapshot ? { account: snapshot } : {}), ...(accountId === undefined ? {} : { accountId }) },
    ))
    sawVisitor(this.visitor?.userId)
    const stop = client.on('connection', (state) => {
      this.nowMs = Date.now()
      this.connection = state
    })
    const stopWelcome = client.on('welcome', ({ accountId: owner }) => (this.#isPublic = owner === undefined))
    const stopAccount = this.#account.follow(client)
    const stopDetails = this.details.follow(client)
    let beat = 0
    const timer = setInterval(() => {
      if (!this.isLive || ++beat % 4 === 0) this.nowMs = Date.now()
    }, 250)
    const retry = () => client.retryNow()
    window.addEventListener('online', retry)
    return () => {
      window.removeEventListener('online', retry)
      clearInterval(timer)
      stop()
      stopWelcome()
      stopAccount()
      stopDetails()
      client.close()
    }
  }

  /** The visitor has changed, or has got an account: the connection follows. */
  become(data: VisitorData): void {
    const isSame =
      this.visitor?.userId === data.visitor?.userId && this.#account.account?.id === data.account?.account.id
    this.visitor = data.visitor
    this.isVisitorAway = data.isVisitorAway
    // It may have reconnected with an ended session's cookie before the next was set: then it must reconnect again.
    const isLeftBehind = this.#isPublic && data.visitor !== undefined
    if (isSame && !isLeftBehind) return
    sawVisitor(data.visitor?.userId)
    this.#account.seed(data.account, data.fills)
    if (data.chosenAccount === undefined) this.#client?.reconnect(data.account)
    else this.#client?.switchAccount(data.chosenAccount, data.account)
  }
}

export const [useSession, provideSession] = createContext<Session>()
