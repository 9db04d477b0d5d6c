import type { AccountFrame } from '@valiant/shared/protocol/account'
import type { Answer } from '@valiant/shared/protocol/events'
import { HEARTBEAT_MS, PROTOCOL_VERSION } from '@valiant/shared/protocol/limits'
import type { Broadcast, MarketStatus } from '../../../server/bus/broadcast.ts'
import type { CommandBus } from '../../../server/bus/commands.ts'
import { accountId } from '../../../server/feed/account/order.ts'
import { Feed } from '../../../server/feed/feed.ts'
import type { MarketFrame } from '../../../server/feed/market-frame.ts'
import { Dispatcher } from '../../../server/gateway/answering/dispatcher.ts'
import { ExchangeRequests } from '../../../server/gateway/leader/exchange-requests.ts'
import { ExchangeState } from '../../../server/gateway/leader/exchange-state.ts'
import { LeaderLink } from '../../../server/gateway/leader/leader-link.ts'
import { MarketData } from '../../../server/gateway/market/market-data.ts'
import type { Handlers, Relays } from '../../../server/gateway/requests/request.ts'
import { exchangeRelays } from '../../../server/gateway/requests/tables.ts'
import { type Missed, resumeFromOf, Resuming } from '../../../server/gateway/sessions/resuming.ts'
import { History } from '../../../server/journal/history.ts'
import { Wire } from '../bus/wire.ts'
import { openSimDatabase } from '../postgres/database.ts'
import type { PostgresServer } from '../postgres/server.ts'
import type { Process } from '../world/process.ts'
import type { World } from '../world/world.ts'
import { simLog } from './log.ts'
import { INSTRUMENTS } from './market.ts'

interface GatewayParts {
  readonly world: World
  readonly process: Process
  readonly postgres: PostgresServer
  readonly bus: CommandBus
  readonly broadcast: Broadcast<MarketFrame>
  /** Lets a planted bug change an answer. */
  readonly answerOf?: (answer: Answer) => Answer
}

interface Socket {
  readonly account: number
  /** Whether it gets the account's frames as they come. */
  isJoined: boolean
  /** Gets the seq of each frame, while it is set. */
  onLive?: ((seq: number) => void) | undefined
  readonly send: (event: string, payload: unknown) => void
  readonly close: () => void
}

/** The client's end of a socket. */
export interface ClientEnd {
  readonly process: Process
  event(event: string, payload: unknown): void
  answer(request: number, answer: Answer): void
  closed(): void
}

/**
 * The real request handling of a gateway behind simulated sockets. What `Sockets` does with Socket.IO is done here with wires.
 */
export class GatewayNode {
  readonly #parts: GatewayParts
  readonly #sockets = new Set<Socket>()
  readonly #requests: ExchangeRequests
  readonly #state: ExchangeState
  readonly #resuming: Resuming
  readonly #dispatcher: Dispatcher
  readonly #seqs = new Map<number, number>()
  readonly #feed: Feed
  #beats = 0
  #isLeaving = false

  constructor(parts: GatewayParts) {
    const { world, process, postgres, bus, broadcast } = parts
    this.#parts = parts
    const logger = simLog(world)
    this.#state = new ExchangeState((status) => this.#sendStatus(status))
    this.#requests = new ExchangeRequests({ bus, gateway: process.name, isOpen: () => this.#state.isOpen })
    const instrumentOf = (symbol: string) => INSTRUMENTS.find(({ wire }) => wire.symbol === symbol)
    const exchange = this.#requests
    const handlers: Partial<Handlers> = { time: () => ({ time: Date.now() }) }
    const { queries } = openSimDatabase({ world, server: postgres, process })
    const history = new History(queries)
    // Simulated clients send no other requests.
    this.#dispatcher = new Dispatcher({
      handlers: handlers as Handlers,
      relays: exchangeRelays({ exchange, instrumentOf }) as Relays,
      exchange,
      isUsedId: () => Promise.resolve(false),
      logger,
    })
    this.#resuming = new Resuming(exchange)
    const feed = (this.#feed = new Feed({ instruments: INSTRUMENTS }))
    const marketData = new MarketData({
      feed,
      // No client watches the market here, but its frames show the gateway when it has missed something.
      subscriptions: { hasMembers: () => false, quoteGroups: () => [], candleRooms: () => new Map() },
      rooms: { send: () => undefined, together: (send) => send() },
      onGap: () => leaderLink.missed(),
      historyOf: () => Promise.resolve({ '1s': [], '1m': [] }),
      log: logger,
    })
    const leaderLink: LeaderLink = new LeaderLink({
      ...{ broadcast, exchange, history, logger, feed, marketData, state: this.#state },
      // There are no alerts in the simulation.
      alerts: { fired: () => undefined, missed: () => undefined },
      sockets: {
        sendAccount: (number, frame) => this.sendAccount(number, frame.decoded()),
        sawAccountSeq: (number, seq) => this.#saw(number, seq),
        accounts: () => [...new Set([...this.#sockets].map((socket) => socket.account))],
        // There is no news in the simulation.
        sendNews: () => undefined,
      },
    })
    setInterval(() => this.#beat(), HEARTBEAT_MS)
  }

  get isLeaving(): boolean {
    return this.#isLeaving
  }

  /** Sends a frame to the account's sockets on this gateway. */
  sendAccount(number: number, frame: AccountFrame): void {
    this.#saw(number, frame.seq)
    for (const socket of this.#sockets) {
      if (socket.account !== number || !socket.isJoined) continue
      socket.send('account', frame)
      socket.onLive?.(frame.seq)
    }
  }

  /** Accepts a socket of an account's owner. Must be called as the gateway's process. */
  async accept(number: number, auth: unknown, client: ClientEnd): Promise<Wire> {
    const afterSeq = resumeFromOf(auth)
    const missed = afterSeq === undefined ? undefined : await this.#resuming.missed(number, afterSeq)
    return this.#welcome(number, missed, client)
  }

  #welcome(number: number, missed: Missed | undefined, client: ClientEnd): Wire {
    const { world, process } = this.#parts
    const gatewayEnd = {
      process,
      receive: (request: unknown, event: unknown, payload: unknown) => {
        void this.#answer(number, event, payload).then((answer) => wire.send(1, 'answer', request, answer))
      },
      closed: () => void this.#sockets.delete(socket),
    }
    const clientEnd = {
      process: client.process,
      receive: (kind: unknown, first: unknown, second: unknown) => {
        if (kind === 'answer') client.answer(Number(first), second as Answer)
        else client.event(String(first), second)
      },
      closed: () => client.closed(),
    }
    const wire: Wire = new Wire(world, [clientEnd, gatewayEnd])
    const socket: Socket = {
      account: number,
      isJoined: missed === undefined,
      send: (event, payload) => wire.send(1, 'event', event, payload),
      close: () => wire.close(1),
    }
    this.#sockets.add(socket)
    socket.send('welcome', {
      protocol: PROTOCOL_VERSION,
      serverVersion: 'sim',
      instanceId: process.name,
      epoch: this.#feed.epoch,
      time: Date.now(),
      accountId: accountId(number),
      scopes: ['read', 'trade'],
      limits: {},
      heartbeatMs: HEARTBEAT_MS,
      resumed: missed !== undefined,
    })
    const { market, message } = this.#state.status
    if (market !== 'open') this.#sendStatusTo(socket, { market, message })
    if (missed !== undefined) {
      const brought = this.#resuming.bring(number, missed, {
        isOpen: () => wire.isOpen,
        send: (frame) => socket.send('account', frame),
        wasRead: () => Promise.resolve(),
        join: (onLive) => {
          Object.assign(socket, { isJoined: true, onLive })
          return () => (socket.onLive = undefined)
        },
      })
      void brought.then((newestSeq) => this.#saw(number, newestSeq))
    }
    return wire
  }

  /** Drains: moves its sockets elsewhere, answers pending requests, and closes. */
  async drain(spreadMs: number): Promise<void> {
    this.#isLeaving = true
    for (const socket of this.#sockets) {
      socket.send('server.closing', { afterMs: Math.floor(Math.random() * spreadMs), reason: 'It goes away.' })
    }
    await new Promise((resolve) => setTimeout(resolve, spreadMs + 1_000))
    await this.#requests[Symbol.asyncDispose]()
    for (const socket of this.#sockets) socket.close()
  }

  async #answer(number: number, event: unknown, payload: unknown): Promise<Answer> {
    const requester = {
      ...{ account: number, userId: `user of ${number}`, scopes: ['read', 'trade'] as const, source: 'api' as const },
      ...{ socketId: 'a socket', receivedAtMs: Date.now() },
    }
    const answer = await this.#dispatcher.answer(event, payload, requester, () => Promise.resolve(0))
    if (answer.ok && event === 'account') this.#saw(number, (answer.data as { seq: number }).seq)
    return this.#parts.answerOf?.(answer) ?? answer
  }

  #saw(number: number, seq: number): void {
    this.#resuming.saw(number, seq)
    this.#seqs.set(number, Math.max(seq, this.#seqs.get(number) ?? 0))
  }

  #sendStatus(status: MarketStatus): void {
    for (const socket of this.#sockets) this.#sendStatusTo(socket, status)
  }

  #sendStatusTo(socket: Socket, { market, message }: Pick<MarketStatus, 'market' | 'message'>): void {
    socket.send('status', {
      epoch: this.#feed.epoch,
      time: Date.now(),
      market,
      ...(message !== undefined && { message }),
    })
  }

  #beat(): void {
    this.#beats += 1
    const beat = { time: Date.now(), counter: this.#beats, epoch: this.#feed.epoch }
    for (const socket of this.#sockets) {
      const accountSeq = this.#seqs.get(socket.account)
      socket.send('heartbeat', accountSeq === undefined ? beat : { ...beat, accountSeq })
    }
  }
}
