import type { AccountFrame, AccountSnapshot } from '../protocol/account.ts'
import type { EventName, EventOf, Heartbeat, StatusFrame, Welcome } from '../protocol/events.ts'
import { PROTOCOL_VERSION } from '../protocol/limits.ts'
import type { BookDepth, Channel } from '../protocol/market-data.ts'
import type { DataOf, RequestName } from '../protocol/requests.ts'
import { AccountFollower } from './account-follower.ts'
import type { BookState } from './book-mirror.ts'
import { CancelOnDisconnect } from './cancel-on-disconnect.ts'
import type { ConnectionState } from './connection.ts'
import type { Line } from './line.ts'
import { Lines } from './lines.ts'
import type { LinkOptions } from './link.ts'
import { Listeners } from './listeners.ts'
import { type AskPayload, Requests } from './requests.ts'
import type { StreamFrame } from './stream-order.ts'
import {
  type ChannelSubscription,
  EVENT_OF_CHANNEL,
  type FrameOf,
  type SubscriptionRefusal,
  Subscriptions,
} from './subscriptions.ts'
import { type Surroundings, SYSTEM } from './surroundings.ts'

export interface ConnectOptions {
  /** Address of the exchange; absent in a browser: the page's own. */
  readonly url?: string
  readonly apiKey?: string
  /** One of several accounts. */
  readonly accountId?: string
  /** The account as it is known already (a page painted by the server): only what came after it is asked for. */
  readonly account?: AccountSnapshot
  /** The exchange cancels the account's orders once the last connection that asked for it has been gone for this long, in ms. */
  readonly cancelOnDisconnect?: number
  /** Headers of the handshake; not possible in a browser. */
  readonly extraHeaders?: Readonly<Record<string, string>>
}

/** Events of the client itself, beside those of the server. */
export interface ClientEvents {
  connection: ConnectionState
  /** The whole account after each change. */
  accountState: AccountSnapshot
  /** A subscription that the server refused for good; it is tried again only on the next connection. */
  subscriptionRefused: SubscriptionRefusal
}
type Events = ClientEvents & { [Name in EventName]: EventOf<Name> }

const LATENCY_EVERY_MS = 5_000
const SETTLING_MS = 500
const TOLD_IDS_MAX = 1_000
/** A measurement of the clock is wrong by half of what it takes: a longer one is worth nothing. */
const MEASURED_MS_MAX = 1_000
/** Heartbeats of one lower epoch after which the exchange has begun anew; one of a leader that was replaced ends sooner. */
const RESTART_BEATS = 10
/** The clock of this machine, or the server's, has been set: what a welcome says counts more than what was measured. */
const CLOCK_JUMP_MS = 2_000

/**
 * A connection to the exchange that mends itself. Requests that change something are safe: each is executed at most
 * once, and nothing is sent while disconnected.
 */
export class Client {
  readonly #options: ConnectOptions
  readonly #around: Surroundings
  readonly #listeners = new Map<string, Listeners<never>>()
  readonly #requests: Requests
  readonly #subscriptions: Subscriptions
  readonly #account: AccountFollower
  readonly #lines: Lines
  readonly #grace: CancelOnDisconnect
  /** Of alerts and news that were told, so that none is told twice. */
  readonly #toldIds = new Set<string>()
  #accountId: string | undefined
  /** The account of the last connection that had one. */
  #ownerId: string | undefined
  #cancelMeasure: () => void = () => undefined
  #epoch = 0
  /** Heartbeats in a row, on the line in use, that carry the same lower epoch. */
  #lower = { epoch: 0, beats: 0 }
  /** Joined to an instance that knows of no leader yet, or of an older one. */
  #awaitsLeader = false
  #clockOffsetMs: number | undefined
  /** Whose clock that is. */
  #instanceId: string | undefined
  /** As last reported; undefined before the first welcome, since a page may have been painted while it was not open. */
  #market: StatusFrame['market'] | undefined

  /** @param around what stands for the system's own clock, chance and sockets, in a simulation */
  constructor(options: ConnectOptions = {}, around: Partial<Surroundings> = {}) {
    this.#options = options
    this.#around = { ...SYSTEM, ...around }
    this.#accountId = options.accountId
    this.#requests = new Requests(this.#around, () => this.serverNow())
    this.#subscriptions = new Subscriptions(this.#around, (refusal) => this.#tell('subscriptionRefused', refusal))
    this.#account = new AccountFollower(options.account, {
      ask: () => this.#requests.ask('account', {}),
      changed: (snapshot) => this.#tell('accountState', snapshot),
      framed: (frame) => this.#tell('account', frame),
    })
    this.#grace = new CancelOnDisconnect(options.cancelOnDisconnect, this.#around.clock)
    this.#lines = new Lines(
      {
        handshake: () => this.#handshake(),
        joined: (line, welcome) => this.#joined(line, welcome),
        frame: (line, event, payload) => this.#take(line, event, payload),
        lost: (line) => {
          this.#subscriptions.lose(line)
          this.#requests.lose(line)
        },
        isDone: (line) => !this.#requests.awaits(line) && !this.#subscriptions.awaits(line),
        changed: (state) => this.#tell('connection', state),
      },
      this.#around,
    )
    this.#lines.open()
  }

  /** How the connection stands; changes are told as `connection`. */
  get connection(): ConnectionState {
    return this.#lines.state
  }

  get isLive(): boolean {
    return this.#lines.state.phase === 'live'
  }

  /** The account as last known; undefined on a public connection. */
  get account(): AccountSnapshot | undefined {
    return this.#account.snapshot
  }

  /** The server's wall clock less this machine's. */
  get clockOffsetMs(): number {
    return this.#clockOffsetMs ?? 0
  }

  /** The server's wall time, as well as it is known here. */
  serverNow(): number {
    return Math.round(this.#around.clock.now() + this.clockOffsetMs)
  }

  /** Listens to an event of the server, or to what the client tells of itself. @returns stops it */
  on<Name extends keyof Events>(name: Name, listener: (value: Events[Name]) => void): () => void {
    const listeners = (this.#listeners.get(name) ?? new Listeners<never>()) as unknown as Listeners<Events[Name]>
    this.#listeners.set(name, listeners as unknown as Listeners<never>)
    return listeners.add(listener)
  }

  /**
   * Asks the exchange. What only reads waits for a connection; what changes something is sent again under the same id
   * until what became of it is certain.
   * @throws {RequestRefused} certainly not executed · {OutcomeUnknownError} not known within a minute, and it may have
   * been · {NotConnectedError} never sent
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
  ): () => void {
    return this.#subscriptions.add(subscription, listener as (frame: unknown) => void)
  }

  /** Listens to a book that is kept whole, also after gaps. @returns ends the subscription */
  book(symbol: string, depth: BookDepth | undefined, listener: (book: BookState) => void): () => void {
    return this.#subscriptions.addBook(symbol, depth, listener)
  }

  /**
   * Replaces the grace of the options, on this connection and on those to come; 0 takes it back, for connections that are
   * gone too. Resolves when the exchange has confirmed it, which takes a connection that has an account, or when another
   * call has replaced it.
   * @throws {RangeError} not 0, and not between a second and a day · {RequestRefused} by the exchange. The former grace
   * still holds then · {NotConnectedError} the client was closed first
   */
  cancelOnDisconnect(graceMs: number): Promise<void> {
    return this.#grace.choose(graceMs, this.#ownerId === undefined ? undefined : this.#lines.current)
  }

  /** Tries at once instead of when it is due. */
  retryNow(): void {
    this.#lines.retryNow()
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

  /** Ends the connection for good. What has no answer yet is rejected: unknown where it was sent. */
  close(): void {
    this.#cancelMeasure()
    this.#grace.close()
    this.#requests.end()
    this.#subscriptions.close()
    this.#lines.close()
  }

  #becomeOf(accountId: string | undefined, account: AccountSnapshot | undefined): void {
    this.#accountId = accountId
    this.#account.forget(account)
    // Never sent again as somebody else.
    this.#requests.end()
    this.#lines.open()
  }

  #handshake(): LinkOptions {
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

  #joined(line: Line, welcome: Welcome): void {
    this.#lower = { epoch: 0, beats: 0 }
    this.#awaitsLeader = welcome.epoch === 0 || welcome.epoch < this.#epoch
    this.#epoch = Math.max(this.#epoch, welcome.epoch)
    const offsetMs = welcome.time - this.#around.clock.now()
    // Another instance has another clock. Of the same one, a measurement knows how long the way takes, a welcome does not.
    const isOther = welcome.instanceId !== this.#instanceId
    this.#instanceId = welcome.instanceId
    if (isOther || Math.abs(offsetMs - this.clockOffsetMs) > CLOCK_JUMP_MS) this.#clockOffsetMs = offsetMs
    this.#belongTo(welcome.accountId)
    this.#requests.open(line)
    if (welcome.accountId !== undefined) this.#grace.joined(line)
    this.#account.welcome(welcome)
    this.#subscriptions.open(line)
    // An instance sends `status` after its welcome only when the market is not open.
    if (this.#market !== 'open') this.#tellStatus({ epoch: this.#epoch, time: welcome.time, market: 'open' })
    // Not while a page that has just joined is still busy with itself: that would be its own slowness.
    this.#measureIn(SETTLING_MS, line)
  }

  /** A handshake carries the cookie of its moment: somebody else may have signed in meanwhile, in another tab. */
  #belongTo(accountId: string | undefined): void {
    if (accountId === undefined) return
    if (this.#ownerId !== undefined && this.#ownerId !== accountId) this.#requests.disown()
    this.#ownerId = accountId
  }

  #take(line: Line, event: string, payload: unknown): void {
    const { epoch } = payload as { epoch?: number }
    const isCurrent = line === this.#lines.current
    // An alert is told whoever leads, and by whichever line: it is not said again.
    if (event === 'alert') {
      this.#takeOnce('alert', payload as EventOf<'alert'>, (payload as EventOf<'alert'>).alertId)
      return
    }
    if (epoch !== undefined && event !== 'welcome') {
      if (isCurrent && event === 'heartbeat') this.#countLower(line, epoch)
      // A leader that has been replaced sent it.
      if (epoch < this.#epoch) return
      this.#epoch = epoch
      if (this.#awaitsLeader && isCurrent && epoch > 0) {
        this.#awaitsLeader = false
        // What was asked for before had no answer, or an old one.
        this.#subscriptions.open(line)
      }
    }
    const channel = CHANNEL_OF_EVENT.get(event)
    if (channel !== undefined) this.#subscriptions.take(line, channel, payload as StreamFrame)
    else if (event === 'account') this.#account.take(payload as AccountFrame)
    else if (event === 'news') this.#takeOnce('news', payload as EventOf<'news'>, (payload as EventOf<'news'>).id)
    // Of an instance that was left, what it says of itself and of the whole is past.
    else if (isCurrent) this.#takeOwn(event, payload)
    if (channel !== undefined) this.#tell(event as EventName, payload as never)
  }

  /** An exchange whose data were deleted or restored counts its epochs from a lower one. */
  #countLower(line: Line, epoch: number): void {
    const isLower = epoch > 0 && epoch < this.#epoch
    const before = this.#lower.epoch === epoch ? this.#lower.beats : 0
    this.#lower = { epoch, beats: isLower ? before + 1 : 0 }
    if (this.#lower.beats < RESTART_BEATS) return
    this.#epoch = epoch
    this.#awaitsLeader = false
    this.#toldIds.clear()
    this.#account.restart()
    this.#subscriptions.restart()
    this.#subscriptions.open(line)
  }

  /** During a hand-over both lines bring it. */
  #takeOnce<Name extends 'alert' | 'news'>(event: Name, frame: Events[Name], id: string): void {
    const told = `${event} ${id}`
    if (this.#toldIds.has(told)) return
    this.#toldIds.add(told)
    const [oldest] = this.#toldIds
    if (this.#toldIds.size > TOLD_IDS_MAX && oldest !== undefined) this.#toldIds.delete(oldest)
    this.#tell(event, frame)
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

  #measureIn(ms: number, line: Line): void {
    this.#cancelMeasure()
    this.#cancelMeasure = this.#around.clock.after(ms, () => {
      this.#measureIn(LATENCY_EVERY_MS, line)
      this.#measure(line)
    })
  }

  #measure(line: Line): void {
    const { clock } = this.#around
    const sentAt = clock.now()
    line.send('time', {}, (answer) => {
      const latencyMs = Math.max(0, clock.now() - sentAt)
      // A server that stood still says when it went on, not when it was asked.
      if (answer.ok && latencyMs <= MEASURED_MS_MAX) {
        this.#clockOffsetMs = (answer.data as { time: number }).time + latencyMs / 2 - clock.now()
      }
      this.#lines.measured(line, latencyMs)
    })
  }

  #tell<Name extends keyof Events>(name: Name, value: Events[Name]): void {
    ;(this.#listeners.get(name) as Listeners<Events[Name]> | undefined)?.tell(value)
  }
}

const CHANNEL_OF_EVENT: ReadonlyMap<string, Channel> = new Map(
  Object.entries(EVENT_OF_CHANNEL).map(([channel, event]) => [event, channel as Channel]),
)

/** Connects to the exchange; the client is there at once, the connection when `connection` says `live`. */
export const connect = (options: ConnectOptions = {}): Client => new Client(options)

/** As `connect`, with a clock, chance and sockets of one's own. */
export const connectWith = (around: Partial<Surroundings>, options: ConnectOptions = {}): Client =>
  new Client(options, around)
