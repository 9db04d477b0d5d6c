import type { Redis } from 'ioredis'
import type { Subscriber } from './subscriber.ts'

/**
 * Whether both commands and subscriptions work. They use separate connections, which reconnect one after the other, so a
 * received message does not prove that commands can be sent.
 */
export class LinkHealth {
  readonly #commands: Redis
  readonly #subscriber: Subscriber
  readonly #listeners = new Set<(isUp: boolean) => void>()
  #isUp = false

  constructor(commands: Redis, subscriber: Subscriber) {
    this.#commands = commands
    this.#subscriber = subscriber
    subscriber.onLink(() => this.#check())
    for (const event of ['ready', 'close']) commands.on(event, () => this.#check())
  }

  /** Calls the listener at each change. While the link is down, messages may be lost. */
  onLink(listener: (isUp: boolean) => void): void {
    this.#listeners.add(listener)
  }

  #check(): void {
    const isUp = this.#subscriber.isUp && this.#commands.status === 'ready'
    if (isUp === this.#isUp) return
    this.#isUp = isUp
    for (const listener of this.#listeners) listener(isUp)
  }
}
