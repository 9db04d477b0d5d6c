import type { Redis } from 'ioredis'
import type { Subscriber } from './subscriber.ts'

/**
 * Whether Redis can be asked and is heard, each on a connection of its own, which come back one after the other: what is
 * heard is no sign that anything can be asked yet.
 */
export class LinkHealth {
  readonly #commands: Redis
  readonly #subscriber: Subscriber
  readonly #told = new Set<(isUp: boolean) => void>()
  #isUp = false

  constructor(commands: Redis, subscriber: Subscriber) {
    this.#commands = commands
    this.#subscriber = subscriber
    subscriber.onLink(() => this.#look())
    for (const event of ['ready', 'close']) commands.on(event, () => this.#look())
  }

  /** Told at each change; in between, messages may have been lost. */
  onLink(told: (isUp: boolean) => void): void {
    this.#told.add(told)
  }

  #look(): void {
    const isUp = this.#subscriber.isUp && this.#commands.status === 'ready'
    if (isUp === this.#isUp) return
    this.#isUp = isUp
    for (const tell of this.#told) tell(isUp)
  }
}
