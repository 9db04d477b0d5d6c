import type { AccountFrame, AccountSnapshot } from '../protocol/account.ts'
import type { EventName, EventOf, Heartbeat, StatusFrame, Welcome } from '../protocol/events.ts'
import { PROTOCOL_VERSION } from '../protocol/limits.ts'
import type { BookDepth, Channel } from '../protocol/market-data.ts'
import type { DataOf, RequestName } from '../protocol/requests.ts'
import { AccountFollower } from './account-follower.ts'
import type { BookState } from './book-mirror.ts'
import { CancelOnDisconnect } from './cancel-on-disconnect.ts'
import { type ChannelSubscription, EVENT_OF_CHANNEL, type FrameOf } from './channels.ts'
import type { ConnectionState } from './connection-state.ts'
import type { Connection } from './connection.ts'
import { LeaderEpoch } from './leader-epoch.ts'
import { Reconnector } from './reconnector.ts'
import { SeenIds } from './seen-ids.ts'
import { ServerClock } from './server-clock.ts'
import type { TransportOptions } from './transport.ts'
import { Listeners } from './listeners.ts'
import type { AskPayload } from './outgoing.ts'
import { type RequestRate, Requests } from './requests.ts'
import type { StreamFrame } from './stream-order.ts'
import { type SubscribeOptions, type SubscriptionRefusal, Subscriptions } from './subscriptions.ts'
import { type Surroundings, SYSTEM } from './surroundings.ts'

export interface ConnectOptions {
  /** Address of the exchange; absent in a browser: the origin of the page. */
  readonly url?: string
  readonly apiKey?: string
  /** Picks one of several accounts. */
  readonly accountId?: string
  /** The account as already known (from a page that the server rendered): only what changed since is requested. */
  readonly account?: AccountSnapshot
  /** The exchange cancels the account's orders once the last connection that asked for it has been gone for this long, in ms. */
  readonly cancelOnDisconnect?: number
  /** Headers of the handshake; not possible in a browser. */
  readonly extraHeaders?: Readonly<Record<string, string>>
}

/** Events of the client itself, in addition to those of the server. */
interface ClientEvents {
  connection: ConnectionState
  /** The whole account after each change. */
  accountState: AccountSnapshot
  /** A subscription that the server refused for good; it is tried again only on the next connection. */
  subscriptionRefused: SubscriptionRefusal
  /** What the rate limit of a trading request leaves, with each of its answers. */
  rate: RequestRate
  /** The streams continue after a pause, whose frames are missing. */
  streamsResumed: undefined
}
type Events = ClientEvents & { [Name in EventName]: EventOf<Name> }

/**
 * A connection to the exchange that reconnects by itself. A request that changes something is executed at most once, and
 * none is begun while disconnected.
 */
export class Client {
  readonly #options: ConnectOptions
  readonly #around: Surroundings
  readonly #serverClock: ServerClock
  readonly #listeners = new Map<string, Listeners<never>>()
  readonly #requests: Requests
  readonly #subscriptions: Subscriptions
  readonly #account: AccountFollower
  readonly #reconnector: Reconnector
  readonly #grace: CancelOnDisconnect
  /** Ids of the alerts and news that were reported, so that none is reported twice. */
  readonly #seenIds = new SeenIds()
  readonly #leader = new LeaderEpoch()
  #accountId: string | undefined
  /** The account of the most recent connection that had one. */
  #ownerId: string | undefined
  /** As last reported; undefined before the first welcome: a page may have been rendered while the market was not open. */
  #market: StatusFrame['market'] | undefined

  /** @param around replaces the system's clock, randomness and sockets, as in a simulation */
  constructor(options: ConnectOptions = {}, around: Partial<Surroundings> = {}) {
    this.#options = options
    this.#around = { ...SYSTEM, ...around }
    this.#accountId = options.accountId
    this.#serverClock = new ServerClock(this.#around.clock, (connection, latencyMs) =>
      this.#reconnector.measured(connection, latencyMs),
    )
    this.#requests = new Requests(
      this.#around,
      () => this.serverNow(),
      (rate) => this.#tell('rate', rate),
    )
    this.#subscriptions = new Subscriptions(this.#around, (refusal) => this.#tell('subscriptionRefused', refusal))
    this.#account = new AccountFollower(options.account, {
      ask: () => this.#requests.ask('account', {}),
      changed: (snapshot) => this.#tell('accountState', snapshot),
      framed: (frame) => this.#tell('account', frame),
    })
    this.#grace = new CancelOnDisconnect(options.cancelOnDisconnect, this.#around.clock)
    this.#reconnector = new Reconnector(
      {
        handshake: () => this.#handshake(),
        joined: (connection, welcome) => this.#joined(connection, welcome),
        frame: (connection, event, payload) => this.#take(connection, event, payload),
        lost: (connection) => {
          this.#subscriptions.lose(connection)
          this.#requests.lose(connection)
        },
        isDone: (connection) => !this.#requests.awaits(connection) && !this.#subscriptions.awaits(connection),
        changed: (state) => this.#tell('connection', state),
      },
      this.#around,
    )
    this.#reconnector.open()
  }

  /** The state of the connection; changes are reported as `connection`. */
  get connection(): ConnectionState {
    return this.#reconnector.state
  }

  get isLive(): boolean {
    return this.#reconnector.state.phase === 'live'
  }

  /** When anything was last heard on the connection in use; undefined without one. A heartbeat comes every second. */
  get heardAtMs(): number | undefined {
    return this.#reconnector.current?.heardAtMs
  }

  /** The last known state of the account; undefined on a public connection. */
  get account(): AccountSnapshot | undefined {
    return this.#account.snapshot
  }

  /** The server's wall clock minus this machine's. */
  get clockOffsetMs(): number {
    return this.#serverClock.offsetMs
  }

  /** An estimate of the server's wall time. */
  serverNow(): number {
    return this.#serverClock.now()
  }

  /** Listens to an event of the server or of the client itself. @returns stops listening */
  on<Name extends keyof Events>(name: Name, listener: (value: Events[Name]) => void): () => void {
    const listeners = (this.#listeners.get(name) ?? new Listeners<never>()) as unknown as Listeners<Events[Name]>
    this.#listeners.set(name, listeners as unknown as Listeners<never>)
    return listeners.add(listener)
  }

  /**
   * Sends a request. One that only reads waits for a connection; one that changes something is sent again under the same
   * id until its outcome is certain.
   * @throws {RequestRefused} certainly not executed · {OutcomeUnknownError} no certain answer within a minute: it may have
   * been executed · {NotConnectedError} never sent
   */
  ask<Name extends RequestName>(name: Name, payload: AskPayload<Name>): Promise<DataOf<Name>> {
    return this.#requests.ask(name, payload)
  }

  /**
   * Listens to a channel: a snapshot first, then its frames; again from a snapshot after a reconnect, and never back to
   * something older. A listener that joins a running stream gets the frames from then on. A refusal is reported as
   * `subscriptionRefused`. @returns ends the subscription
   */
  subscribe<Of extends Channel>(
    subscription: ChannelSubscription & { channel: Of },
    listener: (frame: FrameOf<Of>) => void,
    options?: SubscribeOptions,
  ): () => void {
    return this.#subscriptions.add(subscription, listener as (frame: unknown) => void, options)
  }

  /**
   * Listens to a book that is kept whole, also after gaps.
   * @param gapListener called when frames are missing: the last book is out of date until the next one
   * @returns ends the subscription
   */
  book(
    symbol: string,
    depth: BookDepth | undefined,
    listener: (book: BookState) => void,
    gapListener: () => void = () => undefined,
  ): () => void {
    return this.#subscriptions.addBook(symbol, depth, listener, gapListener)
  }

  /** Ends all streams but the kept ones until `resumeStreams`, as while nobody looks. The account is still followed. */
  pauseStreams(): void {
    this.#subscriptions.pause()
  }

  /** Subscribes the paused streams again, each from a snapshot. */
  resumeStreams(): void {
    this.#tell('streamsResumed', undefined)
    this.#subscriptions.resume()
  }

  /** Resolves once every stream has been answered on the present connection, or on the next, and so is up to date. */
  caughtUp(): Promise<void> {
    return this.#subscriptions.caughtUp()
  }

  /**
   * Replaces the grace of the options, on this connection and on those to come; 0 takes it back, for connections that are
   * gone too. Resolves when the exchange has confirmed it, which takes a connection that has an account, or when another
   * call has replaced it.
   * @throws {RangeError} not 0, and not between a second and a day · {RequestRefused} by the exchange. The former grace
   * still holds then · {NotConnectedError} the client was closed first
   */
  cancelOnDisconnect(graceMs: number): Promise<void> {
    return this.#grace.choose(graceMs, this.#ownerId === undefined ? undefined : this.#reconnector.current)
  }

  /** Reconnects now rather than when the next attempt is due; does nothing after `close`. */
  retryNow(): void {
    this.#reconnector.retryNow()
  }

  /**
   * Opens a new connection, perhaps as another user: after a sign-in or sign-out the handshake carries another cookie, and
   * none of its accounts is picked. With a key, the account stays that of the options.
   */
  reconnect(account?: AccountSnapshot): void {
    this.#becomeOf(this.#options.apiKey === undefined ? undefined : this.#options.accountId, account)
  }

  /**
   * Opens a new connection for another account of the same user.
   * @param account its state, where it is already known
   */
  switchAccount(accountId: string, account?: AccountSnapshot): void {
    this.#becomeOf(accountId, account)
  }

  /** Ends the connection for good. Pending requests are rejected; the outcome of those that were sent is unknown. */
  close(): void {
    this.#serverClock.stop()
    this.#grace.close()
    this.#requests.end()
    this.#subscriptions.close()
    this.#reconnector.close()
  }

  #becomeOf(accountId: string | undefined, account: AccountSnapshot | undefined): void {
    this.#accountId = accountId
    this.#account.forget(account)
    // Pending requests must not be sent again as somebody else.
    this.#requests.end()
    this.#reconnector.open()
  }

  #handshake(): TransportOptions {
    const { url, apiKey, extraHeaders } = this.#options
    const cancelOnDisconnect = this.#grace.ofHandshake
    const accountId = this.#accountId
    const resumeFrom = this.#account.snapshot?.seq
    return {
      url,
      extraHeaders,
      auth: {
        protocol: PROTOCOL_VERSION,
        ...(apiKey === undefined ? {} : { apiKey }),
        ...(accountId === undefined ? {} : { accountId }),
        ...(resumeFrom === undefined ? {} : { resumeFrom }),
        ...(cancelOnDisconnect === undefined ? {} : { cancelOnDisconnect }),
      },
    }
  }

  #joined(connection: Connection, welcome: Welcome): void {
    this.#leader.welcome(welcome.epoch)
    this.#serverClock.welcome(welcome)
    this.#belongTo(welcome.accountId)
    this.#requests.open(connection)
    if (welcome.accountId !== undefined) this.#grace.joined(connection)
    this.#account.welcome(welcome)
    this.#subscriptions.limitTo(welcome.limits)
    this.#subscriptions.open(connection)
    // An instance sends `status` after its welcome only when the market is not open.
    if (this.#market !== 'open') this.#tellStatus({ epoch: this.#leader.current, time: welcome.time, market: 'open' })
    this.#serverClock.measureOver(connection)
  }

  /** A handshake carries the current cookie, and another user may have signed in meanwhile, in another tab. */
  #belongTo(accountId: string | undefined): void {
    if (accountId === undefined) return
    if (this.#ownerId !== undefined && this.#ownerId !== accountId) this.#requests.disown()
    this.#ownerId = accountId
  }

  #take(connection: Connection, event: string, payload: unknown): void {
    const { epoch } = payload as { epoch?: number }
    const isCurrent = connection === this.#reconnector.current
    // An alert is sent once only, so it counts whoever leads and whichever connection brings it.
    if (event === 'alert') {
      this.#takeOnce('alert', payload as EventOf<'alert'>, (payload as EventOf<'alert'>).alertId)
      return
    }
    if (epoch !== undefined && event !== 'welcome') {
      if (isCurrent && event === 'heartbeat' && this.#leader.hasStartedOver(epoch)) this.#startOver(connection)
      if (!this.#leader.admits(epoch)) return
      // Earlier subscriptions had no answer, or an old one.
      if (isCurrent && this.#leader.isFound(epoch)) this.#subscriptions.open(connection)
    }
    const channel = CHANNEL_OF_EVENT.get(event)
    if (channel !== undefined) this.#subscriptions.take(connection, channel, payload as StreamFrame)
    else if (event === 'account') this.#account.take(payload as AccountFrame)
    else if (event === 'news') this.#takeOnce('news', payload as EventOf<'news'>, (payload as EventOf<'news'>).id)
    // What an instance that was left says about itself and the market no longer counts.
    else if (isCurrent) this.#takeOwn(event, payload)
    if (channel !== undefined) this.#tell(event as EventName, payload as never)
  }

  /** Nothing known of the former exchange is valid for the one that replaced it. */
  #startOver(connection: Connection): void {
    this.#seenIds.clear()
    this.#account.restart()
    this.#subscriptions.restart()
    this.#subscriptions.open(connection)
  }

  /** During a hand-over both connections bring it. */
  #takeOnce<Name extends 'alert' | 'news'>(event: Name, frame: Events[Name], id: string): void {
    if (this.#seenIds.add(`${event} ${id}`)) this.#tell(event, frame)
  }

  #takeOwn(event: string, payload: unknown): void {
    if (event === 'heartbeat') this.#account.heard((payload as Heartbeat).accountSeq)
    if (event === 'status') this.#tellStatus(payload as StatusFrame)
    else this.#tell(event as EventName, payload as never)
  }

  #tellStatus(status: StatusFrame): void {
    this.#market = status.market
    this.#tell('status', status)
  }

  #tell<Name extends keyof Events>(name: Name, value: Events[Name]): void {
    ;(this.#listeners.get(name) as Listeners<Events[Name]> | undefined)?.tell(value)
  }
}

const CHANNEL_OF_EVENT: ReadonlyMap<string, Channel> = new Map(
  Object.entries(EVENT_OF_CHANNEL).map(([channel, event]) => [event, channel as Channel]),
)

/** Connects to the exchange. The client can be used at once; it is connected when `connection` reports `live`. */
export const connect = (options: ConnectOptions = {}): Client => new Client(options)

/** Like `connect`, with another clock, randomness or transport. */
export const connectWith = (around: Partial<Surroundings>, options: ConnectOptions = {}): Client =>
  new Client(options, around)
