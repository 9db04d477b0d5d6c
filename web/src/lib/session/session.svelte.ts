import { type Client, connectWith } from '@valiant/shared/client/client'
import type { ConnectionState } from '@valiant/shared/client/connection-state'
import type { AccountSnapshot } from '@valiant/shared/protocol/account'
import type { Fill } from '@valiant/shared/protocol/order'
import type { Visitor } from '@valiant/shared/protocol/page'
import { createContext } from 'svelte'
import { follow, sawVisitor } from '#lib/telemetry/telemetry.ts'
import { OnceAFrame } from '#lib/ui/once-a-frame.ts'
import type { AccountState } from './account.svelte.ts'
import { ConnectionDetails } from './connection-details.svelte.ts'
import { HIDDEN_MS_MAX, silentSince } from './freshness.ts'

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
  #startedAtMs = $state.raw(0)
  #silentSinceMs = $state.raw<number | undefined>()
  /** Since when the streams are paused, or have not caught up after a pause or a reconnect. */
  #behindSinceMs = $state.raw<number | undefined>()
  /** The tab has been hidden for so long that its streams are paused. */
  #isResting = $state.raw(false)

  readonly isLive = $derived(this.connection.phase === 'live' && this.#silentSinceMs === undefined)
  /** Connected, but nothing is heard. */
  readonly isSilent = $derived(this.connection.phase === 'live' && this.#silentSinceMs !== undefined)
  /** When the exchange was last heard; undefined while it is. */
  readonly #unheardSinceMs = $derived.by(() => {
    const { connection } = this
    if (connection.phase === 'live') return this.#silentSinceMs
    return connection.phase === 'connecting' ? this.#startedAtMs : connection.sinceMs
  })
  /** When the data on screen was last current; undefined while it is. */
  readonly lostAtMs = $derived(this.#behindSinceMs ?? this.#unheardSinceMs)
  /** How old the data on screen is, while it is not current. */
  readonly ageMs = $derived(this.lostAtMs === undefined ? 0 : Math.max(0, this.nowMs - this.lostAtMs))
  /** Whether the data on screen is too old to look live: it turns gray and shows its age. */
  readonly isStale = $derived(this.ageMs >= STALE_AFTER_MS)
  /** Whether the price in the title is too old as well, which a hidden tab still follows. */
  readonly isTitleStale = $derived(
    this.isStale &&
      (!this.#isResting || (this.#unheardSinceMs !== undefined && this.nowMs - this.#unheardSinceMs >= STALE_AFTER_MS)),
  )
  readonly latencyMs = $derived(this.connection.phase === 'live' ? this.connection.latencyMs : undefined)
  readonly isSlow = $derived((this.latencyMs ?? 0) > SLOW_FROM_MS)

  readonly #account: AccountState
  readonly #chosenAccount: string | undefined
  #client: Client | undefined
  /** Whether the connection was admitted without an account. */
  #isPublic = false
  /** In the same pass as the frames that have arrived: without it old prices would look live for a moment. */
  readonly #caughtUp = new OnceAFrame<undefined>(() => (this.#behindSinceMs = undefined))
  #hiding: ReturnType<typeof setTimeout> | undefined

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
      if (state.phase === 'live' && this.connection.phase !== 'live') this.#catchUp(client, this.lostAtMs)
      this.connection = state
      this.#listen()
    })
    const stopListening = [client.on('heartbeat', this.#listen), client.on('quotes', this.#listen)]
    const stopWelcome = client.on('welcome', ({ accountId: owner }) => (this.#isPublic = owner === undefined))
    const stopAccount = this.#account.follow(client)
    const stopDetails = this.details.follow(client)
    let beat = 0
    const timer = setInterval(() => {
      this.#listen()
      if (this.lostAtMs !== undefined || ++beat % 4 === 0) this.nowMs = Date.now()
    }, 250)
    const retry = () => client.retryNow()
    const look = () => this.#look(client)
    window.addEventListener('online', retry)
    document.addEventListener('visibilitychange', look)
    look()
    return () => {
      window.removeEventListener('online', retry)
      document.removeEventListener('visibilitychange', look)
      clearTimeout(this.#hiding)
      clearInterval(timer)
      stop()
      for (const end of stopListening) end()
      this.#caughtUp.stop()
      stopWelcome()
      stopAccount()
      stopDetails()
      client.close()
    }
  }

  /** A frame ends a silence at once; a timer finds one. */
  readonly #listen = (): void => {
    const sinceMs = silentSince(this.#client?.heardAtMs, Date.now())
    if (sinceMs !== this.#silentSinceMs) this.nowMs = Date.now()
    this.#silentSinceMs = sinceMs
  }

  /** A tab that stays hidden keeps its account and alerts, and gives up what only paints. */
  #look(client: Client): void {
    clearTimeout(this.#hiding)
    if (document.hidden) this.#hiding = setTimeout(() => this.#rest(client), HIDDEN_MS_MAX)
    else {
      // A computer that slept shows its last prices before any frame or timer.
      this.#listen()
      this.nowMs = Date.now()
      if (this.#isResting) this.#wake(client)
    }
  }

  #rest(client: Client): void {
    this.#isResting = true
    this.#caughtUp.stop()
    this.#behindSinceMs ??= Date.now()
    client.pauseStreams()
  }

  #wake(client: Client): void {
    this.#isResting = false
    client.resumeStreams()
    this.#catchUp(client, this.#behindSinceMs)
  }

  #catchUp(client: Client, sinceMs: number | undefined): void {
    this.#behindSinceMs = sinceMs
    void client.caughtUp().then(() => {
      if (!this.#isResting && client.isLive) this.#caughtUp.add(undefined)
    })
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
