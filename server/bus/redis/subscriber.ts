import type { Redis } from 'ioredis'

type Receive = (message: Buffer) => void

/**
 * All subscriptions of this process on one connection, so that messages of one publisher on several channels arrive in the
 * order in which they were sent. After each reconnect all subscriptions are made again, including those that never succeeded.
 */
export class Subscriber {
  readonly #client: Redis
  readonly #receivers = new Map<string, Receive>()
  readonly #patterns = new Set<string>()
  readonly #channels = new Set<string>()
  readonly #linked = new Set<(isUp: boolean) => void>()
  #isUp = false
  #settling: Promise<void> = Promise.resolve()

  constructor(client: Redis) {
    this.#client = client
    client.on('messageBuffer', (channel: Buffer, message: Buffer) => this.#receivers.get(channel.toString())?.(message))
    client.on('ready', () => void this.#subscribeAll())
    client.on('close', () => this.#setUp(false))
  }

  /** Whether all subscriptions are active. */
  get isUp(): boolean {
    return this.#isUp
  }

  /** Calls the listener at each change of `isUp`. While it is down, messages may be lost. */
  onLink(linked: (isUp: boolean) => void): void {
    this.#linked.add(linked)
  }

  /** Sets the receiver of a channel. */
  receive(channel: string, receive: Receive): void {
    this.#receivers.set(channel, receive)
    this.addChannels([channel])
  }

  addChannels(channels: readonly string[]): void {
    for (const channel of channels) this.#channels.add(channel)
    this.#change(() => this.#client.subscribe(...channels))
  }

  addPattern(pattern: string): void {
    this.#patterns.add(pattern)
    this.#change(() => this.#client.psubscribe(pattern))
  }

  removeChannels(channels: readonly string[]): void {
    for (const channel of channels) this.#channels.delete(channel)
    this.#change(() => this.#client.unsubscribe(...channels))
  }

  removePattern(pattern: string): void {
    this.#patterns.delete(pattern)
    this.#change(() => this.#client.punsubscribe(pattern))
  }

  /** Resolves when all subscriptions so far are active, or the link is down. */
  settled(): Promise<void> {
    return this.#settling
  }

  /** While the link is down there is nothing to do: everything is subscribed to when it is up again. */
  #change(change: () => Promise<unknown>): void {
    if (this.#client.status === 'ready') this.#try(change)
  }

  /** If a subscription fails although the link works, its messages would never come, so the client reconnects. */
  #try(change: () => Promise<unknown>): void {
    const done = change().then(
      () => undefined,
      () => {
        if (this.#client.status === 'ready') this.#client.disconnect(true)
      },
    )
    this.#settling = Promise.all([this.#settling, done]).then(() => undefined)
  }

  async #subscribeAll(): Promise<void> {
    this.#try(() =>
      Promise.all([
        this.#channels.size > 0 && this.#client.subscribe(...this.#channels),
        this.#patterns.size > 0 && this.#client.psubscribe(...this.#patterns),
        // Answered after the subscriptions, and also without any.
        this.#client.ping().then(() => this.#setUp(true)),
      ]),
    )
    await this.#settling
  }

  #setUp(isUp: boolean): void {
    if (this.#isUp === isUp) return
    this.#isUp = isUp
    for (const linked of this.#linked) linked(isUp)
  }
}
