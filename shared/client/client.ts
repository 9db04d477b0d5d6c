import type { AccountFrame, AccountSnapshot } from '../protocol/account.ts'
import type { EventName, EventOf, Goodbye, Heartbeat, ServerClosing, Welcome } from '../protocol/events.ts'
import { PROTOCOL_VERSION } from '../protocol/limits.ts'
import type { BookDepth, Channel, Subscription } from '../protocol/market-data.ts'
import type { DataOf, RequestName } from '../protocol/requests.ts'
import { AccountFollower } from './account-follower.ts'
import { retryDelayMs } from './backoff.ts'
import type { BookState } from './book-mirror.ts'
import { type CloseCode, type ConnectionState, FINAL_CODES } from './connection.ts'
import { NotConnectedError } from './errors.ts'
import { Link } from './link.ts'
import { Listeners } from './listeners.ts'
import { type AskPayload, Requests } from './requests.ts'
import { EVENT_OF_CHANNEL, type FrameOf, Subscriptions } from './subscriptions.ts'

export interface ConnectOptions {
  /** Address of the exchange; absent in a browser: the page's own. */
  readonly url?: string
  readonly apiKey?: string
  /** One of several accounts. */
  readonly accountId?: string
  /** The account as it is known already (a page painted by the server): only what came after it is asked for. */
  readonly account?: AccountSnapshot
  /** Headers of the handshake; not possible in a browser. */
  readonly extraHeaders?: Readonly<Record<string, string>>
  /** A number from 0 to below 1, for the jitter. */
  readonly random?: () => number
}

/** What a client tells, beside the server's own events. */
export interface ClientEvents {
  connection: ConnectionState
  /** The account after each change, whole. */
  accountState: AccountSnapshot
}
type Events = ClientEvents & { [Name in EventName]: EventOf<Name> }

const LATENCY_EVERY_MS = 5_000
const SETTLING_MS = 500

/**
 * A connection to the exchange that mends itself. Requests that change something are safe: each is executed at most
 * once, and nothing is sent while disconnected.
 */
export class Client {
  readonly #options: ConnectOptions
  readonly #random: () => number
  readonly #listeners = new Map<string, Listeners<never>>()
  readonly #requests = new Requests(() => this.serverNow())
  readonly #subscriptions: Subscriptions
  readonly #account: AccountFollower
  #accountId: string | undefined
  #state: ConnectionState = { phase: 'connecting' }
  #link: Link | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  #moving: ReturnType<typeof setTimeout> | undefined
  #pulse: ReturnType<typeof setInterval> | undefined
  #settling: ReturnType<typeof setTimeout> | undefined
  #failures = 0
  #epoch = 0
  /** Joined to an instance that knows of no leader yet. */
  #awaitsLeader = false
  #clockOffsetMs = 0
  #goodbye: Goodbye | undefined

  constructor(options: ConnectOptions = {}) {
    this.#options = options
    this.#random = options.random ?? Math.random
    this.#accountId = options.accountId
    this.#subscriptions = new Subscriptions({
      subscribe: (subscription) =>
        this.#requests.isOpen ? this.#requests.ask('subscribe', subscription) : Promise.reject(new NotConnectedError()),
      unsubscribe: (subscription) => {
        if (this.isLive) this.#requests.ask('unsubscribe', subscription).catch(() => undefined)
      },
    })
    this.#account = new AccountFollower(options.account, {
      ask: () => this.#requests.ask('account', {}),
      changed: (snapshot) => this.#tell('accountState', snapshot),
      framed: (frame) => this.#tell('account', frame),
    })
    this.#open()
  }

  /** How the connection stands; changes are told as `connection`. */
  get connection(): ConnectionState {
    return this.#state
  }

  get isLive(): boolean {
    return this.#state.phase === 'live'
  }

  /** The account as last known; undefined on a public connection. */
  get account(): AccountSnapshot | undefined {
    return this.#account.snapshot
  }

  /** The server's wall clock less this machine's. */
  get clockOffsetMs(): number {
    return this.#clockOffsetMs
  }

  /** The server's wall time, as well as it is known here. */
  serverNow(): number {
    return Math.round(Date.now() + this.#clockOffsetMs)
  }

  /** @returns stops it */
  on<Name extends keyof Events>(name: Name, listener: (value: Events[Name]) => void): () => void {
    const listeners = (this.#listeners.get(name) ?? new Listeners<never>()) as unknown as Listeners<Events[Name]>
    this.#listeners.set(name, listeners as unknown as Listeners<never>)
    return listeners.add(listener)
  }

  /**
   * Asks the exchange. What only reads waits for a connection; what changes something is sent again under the same id
   * until its answer is known.
   * @throws {RequestRefused} not executed · {OutcomeUnknownError} no answer within a minute · {NotConnectedError}
   */
  ask<Name extends RequestName>(name: Name, payload: AskPayload<Name>): Promise<DataOf<Name>> {
    return this.#requests.ask(name, payload)
  }

  /** Listens to a stream: its snapshot first, then its frames; again from a snapshot after a reconnect. @returns ends it */
  subscribe<Of extends Channel>(
    subscription: Subscription & { channel: Of },
    listener: (frame: FrameOf<Of>) => void,
  ): () => void {
    return this.#subscriptions.add(subscription, listener as (frame: unknown) => void)
  }

  /** Listens to a book that is kept whole and heals itself. @returns ends it */
  book(symbol: string, depth: BookDepth | undefined, listener: (book: BookState) => void): () => void {
    return this.#subscriptions.addBook(symbol, depth, listener)
  }

  /** Tries at once instead of when it is due. */
  retryNow(): void {
    if (this.#state.phase === 'live') return
    this.#failures = 0
    this.#open()
  }

  /**
   * Connects anew, as somebody else perhaps: after a sign-in or sign-out the handshake carries another cookie, and no
   * account of it is picked. With a key it stays that of the options.
   */
  reconnect(account?: AccountSnapshot): void {
    this.#becomeOf(this.#options.apiKey === undefined ? undefined : this.#options.accountId, account)
  }

  /**
   * Connects anew for another account of the same user.
   * @param account as it is known already, if it is
   */
  switchAccount(accountId: string, account?: AccountSnapshot): void {
    this.#becomeOf(accountId, account)
  }

  close(): void {
    this.#stop()
    this.#requests.end()
    this.#set({ phase: 'closed', sinceMs: Date.now() })
  }

  #becomeOf(accountId: string | undefined, account: AccountSnapshot | undefined): void {
    this.#accountId = accountId
    this.#account.forget(account)
    // Never sent again as somebody else.
    this.#requests.end()
    this.#open()
  }

  #open(): void {
    this.#stop()
    this.#goodbye = undefined
    if (this.#state.phase !== 'connecting') this.#set({ phase: 'reconnecting', sinceMs: this.#lostAt() })
    const resumeFrom = this.#account.snapshot?.seq
    this.#link = new Link(
      {
        url: this.#options.url,
        extraHeaders: this.#options.extraHeaders,
        auth: {
          protocol: PROTOCOL_VERSION,
          ...(this.#options.apiKey === undefined ? {} : { apiKey: this.#options.apiKey }),
          ...(this.#accountId === undefined ? {} : { accountId: this.#accountId }),
          ...(resumeFrom === undefined ? {} : { resumeFrom }),
        },
      },
      { frame: (event, payload) => this.#take(event, payload), lost: (reason) => this.#lost(reason) },
    )
  }

  #stop(): void {
    clearTimeout(this.#retry)
    clearTimeout(this.#moving)
    clearInterval(this.#pulse)
    clearTimeout(this.#settling)
    this.#link?.close()
    this.#link = undefined
  }

  #lostAt(): number {
    return this.#state.phase === 'reconnecting' || this.#state.phase === 'closed' ? this.#state.sinceMs : Date.now()
  }

  #lost(reason: { code?: string; message: string }): void {
    const code = this.#goodbye?.code ?? reason.code
    this.#stop()
    this.#requests.lose()
    if (code !== undefined && FINAL_CODES.includes(code)) {
      const message = this.#goodbye?.message ?? reason.message
      this.#set({ phase: 'closed', sinceMs: this.#lostAt(), code: code as CloseCode, message })
      return
    }
    // Who was told to send less comes back late.
    if (code === 'RATE_LIMITED') this.#failures = Math.max(this.#failures, 5)
    const waitMs = retryDelayMs(this.#failures++, this.#random())
    this.#set({ phase: 'reconnecting', sinceMs: this.#lostAt(), nextTryAtMs: Date.now() + waitMs })
    this.#retry = setTimeout(() => this.#open(), waitMs)
  }

  #take(event: string, payload: unknown): void {
    const frame = payload as { epoch?: number }
    if (frame.epoch !== undefined) {
      const isNewLeader = frame.epoch > this.#epoch
      if (event === 'welcome') {
        // An instance that has just begun knows of no leader yet, and welcomes nevertheless.
        this.#awaitsLeader = frame.epoch === 0 || frame.epoch < this.#epoch
      } else if (frame.epoch < this.#epoch) {
        // It speaks for a leader that leads no more.
        return
      } else if (this.#awaitsLeader && frame.epoch > 0) {
        // What was asked for before had no answer, or an old one.
        this.#awaitsLeader = false
        this.#subscriptions.renew()
      }
      if (isNewLeader) this.#epoch = frame.epoch
    }
    switch (event as EventName) {
      case 'welcome':
        this.#welcomed(payload as Welcome)
        break
      case 'heartbeat':
        this.#account.heard((payload as Heartbeat).accountSeq)
        break
      case 'goodbye':
        this.#goodbye = payload as Goodbye
        break
      case 'server.closing':
        // Each socket its own moment, so that an instance that goes away doesn't send all to the next at once.
        this.#moving = setTimeout(
          () => this.#lost({ message: 'moved' }),
          this.#random() * (payload as ServerClosing).afterMs,
        )
        break
      case 'account':
        this.#account.take(payload as AccountFrame)
        return // told by the follower, in order
      case 'quotes':
      case 'ticker':
      case 'candle':
      case 'book':
      case 'trades':
      case 'status':
        break
    }
    for (const [channel, name] of Object.entries(EVENT_OF_CHANNEL)) {
      if (name === event) this.#subscriptions.take(channel as Channel, payload as { epoch: number })
    }
    this.#tell(event as EventName, payload as never)
  }

  #welcomed(welcome: Welcome): void {
    const link = this.#link
    if (!link) return
    this.#failures = 0
    this.#clockOffsetMs = welcome.time - Date.now()
    this.#requests.open((name, payload, answered) => link.send(name, payload, answered))
    this.#account.welcome(welcome)
    this.#subscriptions.renew()
    this.#set({ phase: 'live', instanceId: welcome.instanceId })
    // Not while a page that has just joined is still busy with itself: that would be its own slowness.
    this.#settling = setTimeout(() => this.#measure(welcome.instanceId), SETTLING_MS)
    this.#pulse = setInterval(() => this.#measure(welcome.instanceId), LATENCY_EVERY_MS)
  }

  #measure(instanceId: string): void {
    const link = this.#link
    const sentAt = performance.now()
    link?.send('time', {}, (answer) => {
      const latencyMs = Math.round(performance.now() - sentAt)
      if (answer.ok) this.#clockOffsetMs = (answer.data as { time: number }).time + latencyMs / 2 - Date.now()
      if (this.isLive && link === this.#link) this.#set({ phase: 'live', latencyMs, instanceId })
    })
  }

  #set(state: ConnectionState): void {
    this.#state = state
    this.#tell('connection', state)
  }

  #tell<Name extends keyof Events>(name: Name, value: Events[Name]): void {
    ;(this.#listeners.get(name) as Listeners<Events[Name]> | undefined)?.tell(value)
  }
}

/** Connects to the exchange; the client is there at once, the connection when `connection` says `live`. */
export const connect = (options: ConnectOptions = {}): Client => new Client(options)
