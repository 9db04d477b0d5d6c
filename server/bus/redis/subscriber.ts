import type { Redis } from 'ioredis'

type Receive = (message: Buffer) => void

/**
 * What this process listens to, all on one connection, so that what one publisher says of several things arrives in the
 * order it was said. After each reconnect everything is subscribed to anew, also what never got so far.
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
    client.on('close', () => this.#tell(false))
  }

  /** All that is listened to is heard now. */
  get isUp(): boolean {
    return this.#isUp
  }

  /** Told at each change of `isUp`; in between, messages may have been lost. */
  onLink(linked: (isUp: boolean) => void): void {
    this.#linked.add(linked)
  }

  /** One receiver a channel. */
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

  /** Resolves when what has been asked for so far is heard, or the link is down. */
  settled(): Promise<void> {
    return this.#settling
  }

  /** While the link is down there is nothing to do: all is subscribed to when it comes back. */
  #change(change: () => Promise<unknown>): void {
    if (this.#client.status === 'ready') this.#try(change)
  }

  /** A subscription that fails on a link that works would never be heard: the link is made anew. */
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
        // Answered after them, and by itself where there is nothing to subscribe to.
        this.#client.ping().then(() => this.#tell(true)),
      ]),
    )
    await this.#settling
  }

  #tell(isUp: boolean): void {
    if (this.#isUp === isUp) return
    this.#isUp = isUp
    for (const linked of this.#linked) linked(isUp)
  }
}
