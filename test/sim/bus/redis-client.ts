import { EventEmitter } from 'node:events'
import type { Process } from '../world/process.ts'
import type { World } from '../world/world.ts'
import type { Entry, Listener, RedisServer } from './redis-server.ts'

const RETRY_MS_MAX = 500
/** A blocking read ends by itself without a result, like ioredis's `blockingTimeout`. */
const BLOCKING_MS_MAX = 1_500

interface Asked {
  readonly settle: (value: unknown) => void
  readonly fail: (error: Error) => void
}
type Status = 'connecting' | 'ready' | 'reconnecting' | 'end'

/** A link to the fake Redis with the parts of ioredis's interface that server/bus/redis uses, including its failures. */
export class SimRedisClient extends EventEmitter {
  readonly #parts: { readonly world: World; readonly server: RedisServer; readonly process: Process }
  status: Status = 'connecting'
  /** Keeps commands in the order in which they were sent. */
  readonly stream = { cork: () => undefined, uncork: () => undefined }
  /** Increases with each connection; results of earlier ones are lost. */
  #connection = 0
  #asked = new Set<Asked>()
  #lastThereMs = 0
  #lastBackMs = 0
  #tries = 0
  #forget = (): void => undefined
  #listener: Listener | undefined

  constructor(parts: { world: World; server: RedisServer; process: Process }) {
    super()
    this.#parts = parts
    this.setMaxListeners(0) // one per reader of the stream, and leaders have many of them over time
    this.#connect(parts.world.chance.between(0.2, 1))
    parts.process.onEnd(() => this.#leave())
  }

  disconnect(reconnect = false): void {
    this.#drop()
    if (reconnect) this.#retry()
    else this.status = 'end'
  }

  async quit(): Promise<string> {
    await this.ping()
    this.disconnect()
    return 'OK'
  }

  ping(): Promise<unknown> {
    return this.#call(() => 'PONG')
  }

  time(): Promise<unknown> {
    return this.#call(({ nowMs }) => [String(Math.floor(nowMs / 1_000)), String((nowMs % 1_000) * 1_000)])
  }

  xadd(_stream: string, _any: string, ...fields: string[]): Promise<unknown> {
    return this.#call((server) => {
      const { noise } = server
      if (noise !== undefined && this.#parts.world.chance.is(noise.repeat)) server.xadd(fields)
      return server.xadd(fields)
    })
  }

  xread(...args: readonly (string | number)[]): Promise<unknown> {
    const count = Number(args[1])
    const blockMs = Number(args[3])
    const after = String(args[6])
    const stream = String(args[5])
    return this.#ask(
      (server, answer) =>
        server.xread({ after, count, blockMs }, (entries: Entry[] | undefined) =>
          answer(entries === undefined ? null : [[stream, entries]]),
        ),
      BLOCKING_MS_MAX,
    )
  }

  xinfo(): Promise<unknown> {
    return this.#call(({ lastId }) => {
      if (lastId === undefined) throw new Error('ERR no such key')
      return ['last-generated-id', lastId]
    })
  }

  xlen(): Promise<unknown> {
    return this.#call(({ length }) => length)
  }

  xtrim(_stream: string, _by: string, minId: string): Promise<unknown> {
    return this.#call((server) => server.trim(minId))
  }

  set(key: string, value: string, _px: string, ms: number): Promise<unknown> {
    return this.#call((server) => server.keep(key, value, ms))
  }

  get(key: string): Promise<unknown> {
    return this.#call((server) => server.get(key))
  }

  publish(channel: string, text: string): Promise<unknown> {
    return this.#call((server) => server.publish(channel, text))
  }

  subscribe(...channels: string[]): Promise<unknown> {
    const listener = this.#listener
    return this.#call((server) => {
      if (listener !== undefined) for (const channel of channels) server.subscribe(channel, listener)
      return channels.length
    })
  }

  pubsub(_numsub: 'NUMSUB', ...channels: string[]): Promise<unknown> {
    return this.#call((server) => channels.flatMap((channel) => [channel, server.listeners(channel)]))
  }

  #call(run: (server: RedisServer) => unknown): Promise<unknown> {
    return this.#ask((server, answer, fail) => {
      let value: unknown
      try {
        value = run(server)
      } catch (error) {
        fail(error as Error)
        return
      }
      answer(value)
    })
  }

  #ask(
    run: (server: RedisServer, answer: (value: unknown) => void, fail: (error: Error) => void) => void,
    msMax = Infinity,
  ): Promise<unknown> {
    const { world, server, process } = this.#parts
    if (!process.mayCall()) return new Promise(() => undefined)
    if (this.status !== 'ready') {
      return Promise.reject(new Error("Stream isn't writeable and enableOfflineQueue options is false"))
    }
    const connection = this.#connection
    return new Promise((resolve, reject) => {
      const asked: Asked = { settle: resolve, fail: reject }
      this.#asked.add(asked)
      const back = (settle: () => void) =>
        this.#backAfter(() => {
          if (connection === this.#connection && this.#asked.delete(asked)) settle()
        })
      this.#thereAfter(() => {
        // A command in flight when the link breaks still arrives, unless Redis is down.
        if (!server.isUp) return
        run(
          server,
          (value) => back(() => resolve(value)),
          (error) => back(() => reject(error)),
        )
      })
      if (msMax < Infinity) {
        world.after(msMax, process, () => {
          if (connection === this.#connection && this.#asked.delete(asked)) resolve(null)
        })
      }
    })
  }

  /** Runs commands in the order in which they were sent. */
  #thereAfter(arrive: () => void): void {
    const { world } = this.#parts
    this.#lastThereMs = Math.max(this.#lastThereMs + 0.001, this.#passesAtMs())
    world.after(this.#lastThereMs - world.nowMs, undefined, arrive)
  }

  #backAfter(arrive: () => void): void {
    const { world, process } = this.#parts
    this.#lastBackMs = Math.max(this.#lastBackMs + 0.001, this.#passesAtMs())
    world.after(this.#lastBackMs - world.nowMs, process, arrive)
  }

  #passesAtMs(): number {
    const { world, server } = this.#parts
    return Math.max(world.nowMs, server.frozenUntilMs) + world.chance.between(0.05, 0.3)
  }

  #connect(afterMs: number): void {
    const { world, server, process } = this.#parts
    const attempt = (this.#connection += 1)
    world.after(afterMs, process, () => {
      if (attempt !== this.#connection || this.status === 'end') return
      if (!process.mayCall()) return
      if (!server.isUp || server.frozenUntilMs > world.nowMs) {
        this.#retry()
        return
      }
      this.#tries = 0
      this.status = 'ready'
      this.#forget = server.onBreak(() => world.after(0.05, process, () => this.#broken(attempt)))
      const listener: Listener = {
        message: (channel, text) =>
          this.#backAfter(() => {
            if (attempt === this.#connection) this.emit('messageBuffer', Buffer.from(channel), Buffer.from(text))
          }),
      }
      this.#listener = listener
      this.emit('ready')
    })
  }

  #broken(connection: number): void {
    if (connection !== this.#connection || this.status !== 'ready') return
    this.#drop()
    this.#retry()
  }

  #retry(): void {
    this.#tries += 1
    this.status = 'reconnecting'
    this.#connect(Math.min(100 * this.#tries, RETRY_MS_MAX) * this.#parts.world.chance.between(0.75, 1.25))
  }

  #drop(): void {
    const wasReady = this.status === 'ready'
    this.#leave()
    this.#connection += 1
    this.status = 'reconnecting'
    const asked = this.#asked
    this.#asked = new Set()
    for (const { fail } of asked) fail(new Error('Connection is closed.'))
    if (wasReady) this.emit('close')
  }

  /** Redis notices that the link is closed. */
  #leave(): void {
    this.#forget()
    if (this.#listener !== undefined) this.#parts.server.forget(this.#listener)
    this.#listener = undefined
  }
}
