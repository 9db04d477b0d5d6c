import { Socket } from 'node:net'
import pg from 'pg'
import { ourTypes } from './types.ts'

/** What a connection tells the log: in pino's shape. */
export interface DatabaseLogger {
  warn(details: object, message: string): void
}

export interface ConnectionOptions {
  readonly url: string
  readonly applicationName: string
  readonly logger: DatabaseLogger
  /** Statements for each new session. */
  readonly onOpen?: readonly string[]
  /** What its sessions are made of; pg's own unless told. */
  readonly Client?: typeof pg.Client
}

/** Establishing one may take so long, then it is given up. It takes some five answers, each of which may be a second late. */
export const CONNECT_MS_MAX = 5_000

/**
 * One session with Postgres, opened when it is first needed and again after it broke. A pool of one would hide the
 * socket, and what is in doubt has to be cut off, not waited for. Its queries run in the order they were given.
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
   * Runs one statement, given the session's number: it rises with each new one, so that the caller may prepare it.
   * @throws what pg throws; `isBroken` tells whether the session is gone with it
   */
  async query<Row extends pg.QueryResultRow>(config: pg.QueryConfig): Promise<Row[]> {
    const session = await this.session()
    return (await session.client.query<Row>(config)).rows
  }

  /** Whether a session is open, or being opened. */
  get isOpen(): boolean {
    return this.#opening !== undefined
  }

  /** The number of the session that is open; undefined while there is none. */
  get openNumber(): number | undefined {
    return this.#openNumber
  }

  /** The open session. Several callers at once share one opening. */
  async session(): Promise<Session> {
    this.#opening ??= this.#open()
    return this.#opening
  }

  /** Cuts the session off at once; what ran on it is in doubt. The next query opens another. */
  destroy(): void {
    const opening = this.#opening
    this.#opening = this.#openNumber = undefined
    opening?.then(
      (session) => session.socket.destroy(),
      () => undefined, // it never opened, and whoever asked was told
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const opening = this.#opening
    this.#opening = this.#openNumber = undefined
    const session = await opening?.catch(() => undefined)
    if (session === undefined) return
    // A half-open link would never answer the farewell.
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
      this.#warn(cause, 'connection lost')
      forget()
    })
    client.on('end', forget)
    const opening = (async () => {
      try {
        await client.connect()
        for (const text of this.#options.onOpen ?? []) await client.query(text)
        if (this.#opening !== undefined && this.#sessions === number) this.#openNumber = number // not cut off meanwhile
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
