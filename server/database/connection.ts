import { Socket } from 'node:net'
import pg from 'pg'
import { ourTypes } from './types.ts'

/** The part of a pino logger that connections use. */
export interface DatabaseLogger {
  warn(details: object, message: string): void
}

interface ConnectionOptions {
  readonly url: string
  readonly applicationName: string
  readonly logger: DatabaseLogger
  /** Statements for each new session. */
  readonly onOpen?: readonly string[]
  /** The class of its clients; pg's own by default. */
  readonly Client?: typeof pg.Client
}

/** Connecting is given up after this. It takes about five round trips, each of which may be a second late. */
export const CONNECT_MS_MAX = 5_000

/**
 * One session with Postgres, opened when first needed and again after it broke. A pool of one would hide the socket, and a
 * commit in doubt must be cut off, not waited for. Queries run in the order they were given.
 */
export class Connection implements AsyncDisposable {
  readonly #options: ConnectionOptions
  #opening: Promise<Session> | undefined
  #openNumber: number | undefined
  #sessions = 0

  constructor(options: ConnectionOptions) {
    this.#options = options
  }

  /**
   * Runs one statement.
   * @throws what pg throws
   */
  async query<Row extends pg.QueryResultRow>(config: pg.QueryConfig): Promise<Row[]> {
    const session = await this.session()
    return (await session.client.query<Row>(config)).rows
  }

  /** Whether a session is open or being opened. */
  get isOpen(): boolean {
    return this.#opening !== undefined
  }

  /** The number of the open session; undefined while there is none. */
  get openNumber(): number | undefined {
    return this.#openNumber
  }

  /** The open session. Concurrent callers share one opening. */
  async session(): Promise<Session> {
    this.#opening ??= this.#open()
    return this.#opening
  }

  /** Cuts the session off immediately; statements in flight are in doubt. The next query opens another. */
  destroy(): void {
    const opening = this.#opening
    this.#opening = this.#openNumber = undefined
    opening?.then(
      (session) => session.socket.destroy(),
      () => undefined, // it never opened, and its callers have the error
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const opening = this.#opening
    this.#opening = this.#openNumber = undefined
    const session = await opening?.catch(() => undefined)
    if (session === undefined) return
    // A half-open link would never answer the termination.
    const patience = setTimeout(() => session.socket.destroy(), CONNECT_MS_MAX)
    await session.client.end().catch((cause: unknown) => this.#warn(cause, 'closing'))
    clearTimeout(patience)
  }

  #open(): Promise<Session> {
    const number = ++this.#sessions
    const socket = new Socket()
    const client = new (this.#options.Client ?? pg.Client)({
      connectionString: this.#options.url,
      application_name: this.#options.applicationName,
      connectionTimeoutMillis: CONNECT_MS_MAX,
      keepAlive: true,
      keepAliveInitialDelayMillis: 5_000,
      types: ourTypes,
      stream: () => socket,
    })
    const forget = () => {
      if (this.#opening === opening) this.#opening = this.#openNumber = undefined
    }
    client.on('error', (cause) => {
      // Not if it was cut off here: why is logged by whoever did.
      if (this.#opening === opening) this.#warn(cause, 'connection lost')
      forget()
    })
    client.on('end', forget)
    const opening = (async () => {
      try {
        await client.connect()
        for (const text of this.#options.onOpen ?? []) await client.query(text)
        if (this.#opening !== undefined && this.#sessions === number) this.#openNumber = number // unless destroyed meanwhile
        return { client, socket, number }
      } catch (cause) {
        forget()
        socket.destroy()
        throw cause
      }
    })()
    return opening
  }

  #warn(cause: unknown, what: string): void {
    this.#options.logger.warn({ err: cause }, `database, ${this.#options.applicationName}: ${what}`)
  }
}

export interface Session {
  readonly client: pg.Client
  readonly socket: Socket
  /** Rises with each session of this connection. */
  readonly number: number
}
