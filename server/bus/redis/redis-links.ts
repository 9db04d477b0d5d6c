import { EventEmitter } from 'node:events'
import { createAdapter } from '@socket.io/redis-adapter'
import { Emitter } from '@socket.io/redis-emitter'
import type { ServerToClientEvents } from '@valiant/shared/protocol/events'
import type { Redis } from 'ioredis'
import type { Namespace, Server } from 'socket.io'
import { only } from '../../telemetry/observable-metrics.ts'
import type { Logger } from '../../telemetry/logger.ts'
import { RedisMetrics } from '../../telemetry/redis-metrics.ts'
import { StaleEpochFilter } from './stale-epoch-filter.ts'
import { Publisher } from './publisher.ts'
import { closeClient, LinkWatch, openClient } from './redis-client.ts'
import { Subscriber } from './subscriber.ts'
import { LinkHealth } from './link-health.ts'

/** The argument of `io.adapter`. */
export type AdapterFactory = NonNullable<Parameters<Server['adapter']>[0]>

interface LinksOptions {
  readonly url: string
  readonly log: Logger
  readonly metrics?: RedisMetrics
}

/**
 * This process's connections to Redis: one for sending commands, one for publishing and one for subscriptions. A reader of
 * commands opens its own, because it blocks.
 */
export class RedisLinks implements AsyncDisposable {
  readonly log: Logger
  readonly metrics: RedisMetrics
  readonly commands: Redis
  readonly publisher: Publisher
  readonly subscriber: Subscriber
  /** Of the connections for commands and subscriptions together. */
  readonly health: LinkHealth
  /** Sends to the rooms of all instances, also from a process without sockets. */
  readonly rooms: Emitter<ServerToClientEvents>
  /** Shared by both ways of account frames. */
  readonly staleEpochs = new StaleEpochFilter()
  readonly #url: string
  readonly #publishing: Redis
  readonly #listening: Redis
  readonly #watches: readonly LinkWatch[]

  private constructor({ url, log, metrics = new RedisMetrics() }: LinksOptions) {
    this.#url = url
    this.log = log
    this.metrics = metrics
    this.commands = openClient({ url, name: 'commands', log, metrics })
    this.#publishing = openClient({ url, name: 'publisher', log, metrics })
    this.#listening = openClient({ url, name: 'subscriber', log, metrics })
    this.publisher = new Publisher(this.#publishing, log)
    metrics.publishesFailed.from(() => only(this.publisher.lost))
    this.subscriber = new Subscriber(this.#listening)
    this.health = new LinkHealth(this.commands, this.subscriber)
    this.rooms = new Emitter(this.#publishingEnd())
    this.#watches = [this.#publishing, this.#listening].map((client) => new LinkWatch(client, () => client.ping()))
  }

  /** Opens the links and waits until they are up. @throws when `signal` is aborted before */
  static async open({ signal, ...options }: LinksOptions & { signal: AbortSignal }): Promise<RedisLinks> {
    const links = new RedisLinks(options)
    try {
      for (const client of [links.commands, links.#publishing, links.#listening]) {
        await whenReady(client, signal)
      }
      return links
    } catch (error) {
      await links[Symbol.asyncDispose]()
      throw error
    }
  }

  /** A connection for blocking reads; the caller closes it. */
  openReader(): Redis {
    const { log, metrics } = this
    return openClient({ url: this.#url, name: 'reader', log, metrics, blocking: true })
  }

  /** Connects the rooms of a Socket.IO server with those of the other instances. */
  adapter(): AdapterFactory {
    const open = createAdapter(this.#publishingEnd(), this.#listeningEnd())
    const filter = this.staleEpochs
    // Socket.IO calls it with `new`.
    return function (namespace: Namespace) {
      const adapter = open(namespace)
      const { encode, decode } = adapter.parser
      return Object.assign(adapter, {
        parser: { encode, decode: (message: Buffer) => filter.pass(decode(message)) },
      })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const watch of this.#watches) watch[Symbol.dispose]()
    await Promise.all([this.commands, this.#publishing, this.#listening].map(closeClient))
  }

  /** The adapter ignores the promises of its client, so these calls must never reject. */
  #publishingEnd() {
    const publish = (channel: string, message: string | Buffer) => this.publisher.publish(channel, message)
    return Object.assign(new EventEmitter(), { publish })
  }

  #listeningEnd() {
    const { subscriber } = this
    const client = this.#listening
    return {
      on: (event: string, listener: (...received: unknown[]) => void) => client.on(event, listener),
      off: (event: string, listener: (...received: unknown[]) => void) => client.off(event, listener),
      subscribe: (channels: readonly string[]) => subscriber.addChannels(channels),
      psubscribe: (pattern: string) => subscriber.addPattern(pattern),
      unsubscribe: (channels: readonly string[]) => subscriber.removeChannels(channels),
      punsubscribe: (pattern: string) => subscriber.removePattern(pattern),
    }
  }
}

/**
 * Failed attempts do not end the wait, because the client retries.
 * @throws the last one's error when `signal` is aborted before
 */
function whenReady(client: Redis, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let last = new Error('no answer')
    const failed = (error: Error) => (last = error)
    const settle = (done: () => void) => {
      client.off('error', failed).off('ready', ready)
      signal.removeEventListener('abort', stop)
      done()
    }
    const stop = () => settle(() => reject(last))
    const ready = () => settle(resolve)
    if (client.status === 'ready') resolve()
    else if (signal.aborted) stop()
    else {
      client.on('error', failed).once('ready', ready)
      signal.addEventListener('abort', stop, { once: true })
    }
  })
}
