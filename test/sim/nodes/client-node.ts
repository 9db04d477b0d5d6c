import { Client } from '@valiant/shared/client/client'
import type { Answer } from '@valiant/shared/protocol/events'
import type { Transport, TransportListeners } from '@valiant/shared/client/transport'
import type { Order } from '@valiant/shared/protocol/order'
import type { Wire } from '../bus/wire.ts'
import type { Judge } from '../judge.ts'
import { type Outcome, outcomeOf, textOf } from '../outcome.ts'
import type { Chance } from '../world/chance.ts'
import type { Process } from '../world/process.ts'
import type { World } from '../world/world.ts'
import type { ClientEnd, GatewayNode } from './gateway-node.ts'
import { drawAmendment, drawOrder, drawProtection } from './order-mix.ts'

interface ClientParts {
  readonly world: World
  readonly process: Process
  readonly judge: Judge
  readonly account: number
  readonly chance: Chance
  /** Opens a socket to the gateway that a load balancer chooses; undefined if there is none. */
  readonly gateway: () => { readonly process: Process; readonly node: GatewayNode } | undefined
}

const REFUSED_MS = 2
const PAUSE_MS = 250
const CANCEL_AFTER_MS = 5_000

/** A trader: the real SDK over simulated sockets, which sends random requests and notes the answers. */
export class ClientNode {
  readonly #parts: ClientParts
  readonly #sdk: Client
  readonly #wires = new Set<Wire>()
  readonly #placed: string[] = []
  #waiting = 0
  #epoch = 0
  #isDone = false

  constructor(parts: ClientParts) {
    this.#parts = parts
    const { chance } = parts
    let ids = 0
    this.#sdk = new Client(
      { url: 'sim' },
      {
        openTransport: ({ auth }, listeners) => this.#open(auth, listeners),
        random: () => chance.next(),
        newId: () => `${parts.process.name}-r${(ids += 1)}`,
      },
    )
    for (const name of ['account', 'heartbeat', 'status'] as const) {
      this.#sdk.on(name, ({ epoch }) => {
        if (epoch < this.#epoch) this.#parts.world.violate('no frame of a lower epoch after a higher', name)
        this.#epoch = Math.max(this.#epoch, epoch)
      })
    }
    this.#sdk.on('account', (frame) => this.#parts.judge.framed(parts.account, frame))
  }

  /** Requests without an outcome. */
  get waiting(): number {
    return this.#waiting
  }

  get sdk(): Client {
    return this.#sdk
  }

  get account(): number {
    return this.#parts.account
  }

  get name(): string {
    return this.#parts.process.name
  }

  /** Trades until a time. Must be called as the client's process. */
  trade(untilMs: number): void {
    const { world, chance } = this.#parts
    const pauseMs = -Math.log(1 - chance.next()) * PAUSE_MS
    setTimeout(() => {
      if (world.nowMs > untilMs || this.#isDone) return
      this.#act()
      this.trade(untilMs)
    }, pauseMs)
  }

  /** Cuts or freezes its sockets. */
  disturb(disturb: (wire: Wire) => void): void {
    for (const wire of this.#wires) disturb(wire)
  }

  close(): void {
    this.#isDone = true
    this.#sdk.close()
  }

  #act(): void {
    const { chance } = this.#parts
    const drawn = chance.next()
    const known = this.#placed.length > 0 ? chance.of(this.#placed) : undefined
    if (drawn < 0.5 || known === undefined) this.#place()
    else if (drawn < 0.53)
      this.#ask('position.protect', () => this.#sdk.ask('position.protect', drawProtection(chance)))
    else if (drawn < 0.56) this.#moveMoney()
    else if (drawn < 0.66) this.#ask('order.cancel', () => this.#sdk.ask('order.cancel', { clientOrderId: known }))
    else if (drawn < 0.7) this.#amend(known)
    else if (drawn < 0.72) this.#ask('position.close', () => this.#sdk.ask('position.close', { symbol: 'VLNT' }))
    else if (drawn < 0.74) this.#ask('cancelAfter', () => this.#sdk.ask('cancelAfter', { timeoutMs: CANCEL_AFTER_MS }))
    else if (drawn < 0.76) this.#changeMode()
    else if (drawn < 0.86) this.#get(known)
    else if (drawn < 0.93) this.#ask('account', () => this.#sdk.ask('account', {}))
    else this.#ask('order.cancelAll', () => this.#sdk.ask('order.cancelAll', {}))
  }

  #place(): void {
    const { judge, account, chance } = this.#parts
    const clientOrderId = `${this.#parts.process.name}-${this.#placed.length + 1}`
    this.#placed.push(clientOrderId)
    const order = drawOrder(chance, clientOrderId)
    const place = () => {
      this.#ask(
        'order.place',
        () => this.#sdk.ask('order.place', order),
        (outcome) => judge.reported({ account, clientOrderId, outcome }),
      )
    }
    place()
    // Sometimes sends the same id again, while the first request is pending or afterwards.
    if (chance.is(0.1)) setTimeout(place, chance.between(0, 2_500))
  }

  /** With margin it may sell short. */
  #changeMode(): void {
    const mode = this.#parts.chance.is(0.8) ? 'margin' : 'cash'
    this.#ask('account.update', () => this.#sdk.ask('account.update', { mode }))
  }

  /** A deposit, a withdrawal, one that is too large, or a reset. */
  #moveMoney(): void {
    const { chance } = this.#parts
    const name = chance.of(['account.deposit', 'account.withdraw', 'account.reset'] as const)
    const amount = `${chance.whole(1, 200_000)}.${chance.whole(10, 99)}`
    this.#ask(name, () =>
      name === 'account.reset' ? this.#sdk.ask(name, { startingCash: amount }) : this.#sdk.ask(name, { amount }),
    )
  }

  #amend(clientOrderId: string): void {
    const amendment = drawAmendment(this.#parts.chance)
    this.#ask('order.amend', () => this.#sdk.ask('order.amend', { clientOrderId, ...amendment }))
  }

  #get(clientOrderId: string): void {
    const { judge, account } = this.#parts
    const askedAtMs = this.#parts.world.nowMs
    this.#ask(
      'order.get',
      () => this.#sdk.ask('order.get', { clientOrderId }),
      (outcome) => judge.looked({ account, clientOrderId, outcome, askedAtMs }),
    )
  }

  #ask(name: string, ask: () => Promise<unknown>, report: (outcome: Outcome) => void = () => undefined): void {
    const { world } = this.#parts
    this.#waiting += 1
    const startedMs = world.nowMs
    ask()
      .then(
        (data): Outcome => ({ kind: 'done', order: data as Order }),
        (error: unknown): Outcome => outcomeOf(error),
      )
      .then((outcome) => {
        this.#waiting -= 1
        world.note(`${name} ${textOf(outcome)} after ${(world.nowMs - startedMs).toFixed(0)} ms`)
        report(outcome)
      })
      .catch((error: unknown) => world.violate('nothing fails by itself', String(error)))
  }

  #open(auth: unknown, listeners: TransportListeners): Transport {
    const { world, process, account } = this.#parts
    let wire: Wire | undefined
    let isOver = false
    let asked = 0
    const waiting = new Map<number, (answer: Answer) => void>()
    const lost = (message: string) => {
      if (wire !== undefined) this.#wires.delete(wire)
      if (isOver) return
      isOver = true
      listeners.lost({ message })
    }
    const end: ClientEnd = {
      process,
      event: (event, payload) => {
        if (!isOver) listeners.frame(event, payload)
      },
      answer: (request, answer) => {
        const answered = waiting.get(request)
        waiting.delete(request)
        if (!isOver) answered?.(answer)
      },
      closed: () => lost('the socket was closed'),
    }
    const gateway = this.#parts.gateway()
    if (gateway === undefined) world.after(REFUSED_MS, process, () => lost('nobody listens'))
    else {
      world.after(world.chance.between(0.5, 4), gateway.process, () => {
        if (isOver) return
        void gateway.node.accept(account, auth, end).then((accepted) => {
          if (isOver) accepted.cut()
          else {
            wire = accepted
            this.#wires.add(accepted)
          }
        })
      })
      gateway.process.onEnd(() => {
        if (wire === undefined) world.after(REFUSED_MS, process, () => lost('nobody listens'))
      })
    }
    return {
      send: (event, payload, answered) => {
        if (wire?.isOpen !== true || isOver) return
        const request = (asked += 1)
        waiting.set(request, answered)
        // Copied, because a real frame is bytes and does not change afterwards.
        wire.send(0, request, event, structuredClone(payload))
      },
      close: () => {
        isOver = true
        wire?.close(0)
        if (wire !== undefined) this.#wires.delete(wire)
      },
    }
  }
}
