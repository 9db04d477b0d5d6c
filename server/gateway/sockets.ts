import type { AccountFrame } from '@valiant/shared/protocol/account'
import type { FiredAlert } from '@valiant/shared/protocol/alerts'
import type { Welcome } from '@valiant/shared/protocol/events'
import { HEARTBEAT_MS, PROTOCOL_VERSION } from '@valiant/shared/protocol/limits'
import type { NewsFrame } from '@valiant/shared/protocol/news'
import { accountId } from '../feed/account/order.ts'
import type { MarketStatus } from '../bus/broadcast.ts'
import type { EncodedFrame } from '../bus/encoded-frame.ts'
import type { GatewayMetrics } from '../telemetry/gateway-metrics.ts'
import type { Logger } from '../telemetry/logger.ts'
import { AccountSockets } from './sessions/account-sockets.ts'
import type { CancelOnDisconnect } from './sessions/cancel-on-disconnect.ts'
import type { Admission } from './sessions/admission.ts'
import { forgetRequest } from './socket-server.ts'
import type { ValiantServer, ValiantSocket } from './valiant-socket.ts'
import { CredentialCheck, type Held } from './sessions/credential-check.ts'
import type { Dispatcher } from './answering/dispatcher.ts'
import { GatheredWrites } from './delivery/gathered-writes.ts'
import { Heartbeats, type HeartbeatsParts } from './delivery/heartbeats.ts'
import { type Farewells, roomOf } from './sessions/farewells.ts'
import { close, shutDown } from './sessions/goodbye.ts'
import { type GatewayLimits, publishedLimits } from './sessions/limits.ts'
import { readSoFar } from './delivery/read-so-far.ts'
import { type Missed, resumeFromOf, type Resuming } from './sessions/resuming.ts'
import { type Credential, type Identity, type Sessions } from './sessions/sessions.ts'
import type { SocketDrain } from './sessions/socket-drain.ts'
import { SocketRequests } from './answering/socket-requests.ts'

interface SocketsOptions {
  readonly io: ValiantServer
  readonly dispatcher: Dispatcher
  readonly sessions: Sessions
  readonly limits: GatewayLimits
  readonly admission: Admission
  readonly resuming: Resuming
  readonly cancelOnDisconnect: Pick<CancelOnDisconnect, 'joined' | 'left'>
  readonly fanOut: HeartbeatsParts['fanOut']
  readonly farewells: Farewells
  readonly socketDrain: SocketDrain
  readonly instanceId: string
  readonly serverVersion: string
  readonly epoch: () => number
  /** A socket of the account has connected. */
  readonly joined: (account: number) => void
  readonly status: () => MarketStatus
  readonly logger: Logger
  readonly metrics: Pick<GatewayMetrics, 'connectionsAccepted' | 'rateLimited'>
}

/** Admits sockets, passes their requests on and sends them their account's frames. */
export class Sockets implements Disposable {
  readonly #options: SocketsOptions
  readonly #io: ValiantServer
  readonly #byAccount = new AccountSockets()
  readonly #writes = new GatheredWrites()
  readonly #requests: SocketRequests
  readonly #heartbeats: Heartbeats
  readonly #credentialCheck: CredentialCheck
  #signedIn = 0
  #accountFrames = 0

  constructor(options: SocketsOptions) {
    this.#options = options
    this.#io = options.io
    this.#requests = new SocketRequests({
      ...options,
      writes: this.#writes,
      sawAccountSeq: (account, seq) => this.#byAccount.saw(account, seq),
    })
    this.#io.use((socket, next) => {
      const { admission } = options
      admission
        .admit(socket)
        .then(() => this.#findMissed(socket))
        .then(
          () => next(),
          (error: unknown) => next(admission.refusal(error)),
        )
    })
    this.#io.on('connection', (socket) => this.#welcome(socket))
    const { io, fanOut, epoch, sessions, farewells, logger } = options
    this.#heartbeats = new Heartbeats({ io, fanOut, epoch, seqOf: (account) => this.#byAccount.seq(account) })
    this.#credentialCheck = new CredentialCheck({ sessions, farewells, logger, held: () => this.#held() })
  }

  get count(): number {
    return this.#io.of('/').sockets.size
  }

  /** How many sockets are signed in. */
  get signedIn(): number {
    return this.#signedIn
  }

  /** Frames and answers sent to sockets since the start, one per socket. */
  get sent(): ReadonlyMap<'account' | 'answer', number> {
    return new Map([
      ['account', this.#accountFrames],
      ['answer', this.#requests.answers],
    ])
  }

  /** Unanswered requests. */
  get inFlight(): number {
    return this.#requests.inFlight
  }

  /** Sends a frame to every socket of the account on this instance. */
  sendAccount(account: number, frame: EncodedFrame): void {
    this.sawAccountSeq(account, frame.seq)
    const sockets = this.#byAccount.of(account)
    if (sockets.length === 0) return
    for (const socket of sockets) this.#writes.gather(socket)
    // The server's encoder writes its JSON; nothing here reads the frame.
    this.#io.local.to(roomOf.account(account)).emit('account', frame as unknown as AccountFrame)
  }

  /** Sends an alert to every socket of the account here, even while it is resuming. @returns whether there are any */
  sendAlert(account: number, alert: FiredAlert): boolean {
    const sockets = this.#byAccount.of(account)
    for (const socket of sockets) {
      this.#writes.gather(socket)
      socket.emit('alert', { epoch: this.#options.epoch(), ...alert })
    }
    return sockets.length > 0
  }

  /** The accounts with sockets on this instance. */
  accounts(): readonly number[] {
    return this.#byAccount.accounts()
  }

  /** A frame with this seq has been sent to the account's sockets, by this instance or another. */
  sawAccountSeq(account: number, seq: number): void {
    this.#accountFrames += this.#byAccount.count(account)
    this.#byAccount.saw(account, seq)
    this.#options.resuming.saw(account, seq)
  }

  sendStatus({ market, message }: MarketStatus): void {
    const { epoch } = this.#options
    this.#io.local.emit('status', {
      epoch: epoch(),
      time: Date.now(),
      market,
      ...(message !== undefined && { message }),
    })
  }

  /** Sends news to every socket on this instance. */
  sendNews(news: NewsFrame): void {
    this.#io.local.emit('news', news)
  }

  [Symbol.dispose](): void {
    this.#heartbeats[Symbol.dispose]()
    this.#credentialCheck[Symbol.dispose]()
  }

  #all(): ValiantSocket[] {
    return [...this.#io.of('/').sockets.values()]
  }

  /** Runs in one turn, so that nothing can be sent to the socket before `welcome`. */
  #welcome(socket: ValiantSocket): void {
    const { limits, admission, socketDrain, instanceId, serverVersion, epoch, status } = this.#options
    const { identity, address } = socket.data
    const welcome: Welcome = {
      protocol: PROTOCOL_VERSION,
      serverVersion,
      instanceId,
      epoch: epoch(),
      time: Date.now(),
      ...(identity !== undefined && { accountId: accountId(identity.account) }),
      scopes: [...(identity?.scopes ?? [])],
      limits: publishedLimits(limits),
      heartbeatMs: HEARTBEAT_MS,
      resumed: socket.data.missed !== undefined,
    }
    socket.emit('welcome', welcome)
    const { market, message } = status()
    if (market !== 'open') {
      socket.emit('status', { epoch: epoch(), time: Date.now(), market, ...(message !== undefined && { message }) })
    }
    // All events are handled here: none has its own listener.
    socket.use((packet) => void this.#requests.receive(socket, packet))
    this.#options.metrics.connectionsAccepted.inc({ signed_in: String(identity !== undefined) })
    if (identity === undefined) admission.countPublic(address, 1)
    else this.#addToAccount(identity, socket)
    socket.on('disconnect', () => {
      if (identity === undefined) admission.countPublic(address, -1)
      else this.#removeFromAccount(identity, socket)
      this.#requests.forget(socket)
    })
    forgetRequest(socket)
    socketDrain.welcomed(socket)
  }

  #removeFromAccount({ account }: Identity, socket: ValiantSocket): void {
    this.#signedIn -= 1
    this.#byAccount.delete(account, socket)
    this.#options.cancelOnDisconnect.left(account, socket.id)
  }

  #addToAccount({ account, credential }: Identity, socket: ValiantSocket): void {
    this.#signedIn += 1
    void socket.join(roomOf.credential(credential))
    this.#byAccount.add(account, socket)
    const { graceMs } = socket.data
    if (graceMs !== undefined) this.#options.cancelOnDisconnect.joined(account, socket.id, graceMs)
    if (socket.data.missed === undefined) void socket.join(roomOf.account(account))
    else void this.#bringMissed(account, socket, socket.data.missed)
    if (resumeFromOf(socket.handshake.auth) !== undefined) void this.#checkAgain(credential, socket.data.cookie)
    const sockets = this.#byAccount.of(account)
    this.#options.joined(account)
    for (const oldest of sockets.slice(0, Math.max(0, sockets.length - this.#options.limits.socketsPerAccount))) {
      close(
        oldest,
        'REPLACED',
        'This account has reached its maximum number of sockets: a newer one replaced this one.',
      )
    }
  }

  async #findMissed({ data, handshake }: ValiantSocket): Promise<void> {
    const afterSeq = resumeFromOf(handshake.auth)
    if (data.identity === undefined || afterSeq === undefined) return
    data.missed = await this.#options.resuming.missed(data.identity.account, afterSeq)
  }

  /** The credential may have ended while the socket waited for missed frames and was in no room that `end` reaches. */
  async #checkAgain(credential: Credential, cookie: string | undefined): Promise<void> {
    try {
      if (!(await this.#options.sessions.lives(credential, cookie))) this.#options.farewells.end(credential)
    } catch (error) {
      this.#options.logger.warn(
        { err: error },
        'a session or key could not be checked; it is checked again in a minute',
      )
    }
  }

  async #bringMissed(account: number, socket: ValiantSocket, missed: Missed): Promise<void> {
    socket.data.missed = undefined
    try {
      const newestSeq = await this.#options.resuming.bring(account, missed, {
        isOpen: () => socket.connected,
        send: (frame) => {
          this.#writes.gather(socket)
          this.#accountFrames += 1
          socket.emit('account', frame)
        },
        wasRead: () => readSoFar(socket),
        join: (onLive) => {
          const hear = (event: string, frame: Pick<AccountFrame, 'seq'>) => {
            if (event === 'account') onLive(frame.seq)
          }
          void socket.join(roomOf.account(account))
          socket.onAnyOutgoing(hear)
          return () => socket.offAnyOutgoing(hear)
        },
      })
      this.#byAccount.saw(account, newestSeq)
    } catch (error) {
      this.#options.logger.error({ err: error }, 'missed frames could not be sent')
      shutDown(socket, 'The frames that were missed could not be sent; connect again.')
    }
  }

  /** The credentials of all signed-in sockets. */
  #held(): Held[] {
    return this.#all().flatMap(({ data: { identity, cookie } }) =>
      identity === undefined ? [] : [{ credential: identity.credential, cookie }],
    )
  }
}
