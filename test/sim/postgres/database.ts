import type { Connection } from '../../../server/database/connection.ts'
import type { Database, Queries } from '../../../server/database/database.ts'
import type { Process } from '../world/process.ts'
import type { World } from '../world/world.ts'
import { type PostgresServer, type Query, type Session } from './server.ts'
import { askedIn, type Given, nameOf } from './statements.ts'

interface Asked {
  readonly resolve: (answer: { rows: Given[] }) => void
  readonly reject: (error: Error) => void
}

const refused = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
interface SimSession {
  readonly client: SimClient
  readonly socket: { destroy(): void }
  readonly number: number
}

/** A dead process never gets an answer. */
const never = <Value>() => new Promise<Value>(() => undefined)

/**
 * `Connection` of server/database without a socket. It implements the whole interface, because a missing member would silently
 * be undefined in the server's code.
 */
class SimConnection implements Record<keyof Connection, unknown> {
  readonly #parts: { readonly world: World; readonly server: PostgresServer; readonly process: Process }
  readonly #application: string
  #opening: Promise<SimSession> | undefined
  #openNumber: number | undefined
  #opened = 0

  constructor(parts: { world: World; server: PostgresServer; process: Process }, application: string) {
    this.#parts = parts
    this.#application = application
  }

  async query(query: Query): Promise<Given[]> {
    return (await (await this.session()).client.query(query)).rows
  }

  get isOpen(): boolean {
    return this.#opening !== undefined
  }

  get openNumber(): number | undefined {
    return this.#openNumber
  }

  session(): Promise<SimSession> {
    this.#opening ??= this.#open()
    return this.#opening
  }

  destroy(): void {
    const opening = this.#opening
    this.#opening = this.#openNumber = undefined
    opening?.then(
      ({ socket }) => socket.destroy(),
      () => undefined, // it never opened
    )
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.destroy()
    return Promise.resolve()
  }

  #open(): Promise<SimSession> {
    const { world, server, process } = this.#parts
    const number = (this.#opened += 1)
    const forget = () => {
      if (this.#opening === opening) this.#opening = this.#openNumber = undefined
    }
    const opening = (async () => {
      await new Promise<void>((resolve) => void world.after(world.chance.between(0.5, 2), process, resolve))
      const client = new SimClient(forget)
      const session = process.mayCall() ? server.open(process, this.#application, client.ends) : undefined
      if (!process.isAlive) await never()
      if (session === undefined) {
        forget()
        throw refused()
      }
      client.begin(server, session)
      if (this.#opening !== undefined && this.#opened === number) this.#openNumber = number // unless destroyed meanwhile
      return { client, socket: { destroy: () => client.destroy() }, number }
    })()
    return opening
  }
}

/** The parts of `pg.Client` that the server uses. */
class SimClient {
  readonly #forget: () => void
  readonly #asked = new Set<Asked>()
  readonly #listeners = new Set<() => void>()
  readonly ends = {
    broken: (error: Error) => this.end(error),
    heard: () => {
      for (const listener of this.#listeners) listener()
    },
  }
  #server: PostgresServer | undefined
  #session: Session | undefined

  constructor(forget: () => void) {
    this.#forget = forget
  }

  begin(server: PostgresServer, session: Session): void {
    this.#server = server
    this.#session = session
  }

  on(_notification: string, listener: () => void): void {
    this.#listeners.add(listener)
  }

  off(_notification: string, listener: () => void): void {
    this.#listeners.delete(listener)
  }

  query(query: Query | string): Promise<{ rows: Given[] }> {
    const session = this.#session
    if (session?.isOpen !== true) return Promise.reject(new Error('Client was closed and is not queryable'))
    if (!session.process.mayCall()) return never()
    return new Promise((resolve, reject) => {
      const asked = { resolve, reject }
      this.#asked.add(asked)
      this.#server?.send(session, typeof query === 'string' ? { text: query } : query, (outcome) => {
        this.#asked.delete(asked)
        if ('rows' in outcome) resolve(outcome)
        else reject(outcome.error)
      })
    })
  }

  /** The link has broken: pending queries fail. */
  end(error: Error): void {
    this.#forget()
    for (const { reject } of this.#asked) reject(error)
    this.#asked.clear()
  }

  destroy(): void {
    if (this.#session !== undefined) this.#server?.close(this.#session)
    this.end(new Error('Connection terminated'))
  }
}

/** The parts of pg-promise that the server uses: reads, each from one snapshot, and writes outside the journal. */
class SimQueries {
  readonly #parts: { readonly world: World; readonly server: PostgresServer; readonly process: Process }

  constructor(parts: { world: World; server: PostgresServer; process: Process }) {
    this.#parts = parts
  }

  async any(statement: unknown, parameters: Record<string, unknown> = {}): Promise<Given[]> {
    const { server } = this.#parts
    return this.#ask(() => server.read(knownName(statement), parameters))
  }

  async one(statement: unknown, parameters: Record<string, unknown> = {}): Promise<Given> {
    const [row] = await this.any(statement, parameters)
    if (row === undefined) throw new Error('No data returned from the query.')
    return row
  }

  async oneOrNone(statement: unknown, parameters: Record<string, unknown> = {}): Promise<Given | null> {
    const [row] = await this.any(statement, parameters)
    return row ?? null
  }

  async none(statement: unknown, parameters: Record<string, unknown> = {}): Promise<null> {
    if (typeof statement !== 'string') await this.any(statement, parameters)
    return null
  }

  /** All reads see the same snapshot. */
  async tx(...args: unknown[]): Promise<unknown> {
    const { server } = this.#parts
    const work = args.at(-1) as (t: unknown) => Promise<unknown>
    const tables = await this.#ask(() => server.tables.snapshot())
    const any = (statement: unknown, parameters: Record<string, unknown> = {}) =>
      this.#ask(() => server.read(knownName(statement), parameters, tables))
    return work({
      any,
      one: async (statement: unknown, parameters?: Record<string, unknown>) => (await any(statement, parameters))[0],
      oneOrNone: async (statement: unknown, parameters?: Record<string, unknown>) =>
        (await any(statement, parameters))[0] ?? null,
      multi: (text: string) =>
        this.#ask(() => askedIn(text).map(({ name, parameters }) => server.read(name, parameters, tables))),
      none: (statement: unknown) => (typeof statement === 'string' ? Promise.resolve(null) : any(statement)),
    })
  }

  async #ask<Answer>(read: () => Answer): Promise<Answer> {
    const { world, server, process } = this.#parts
    if (!process.mayCall()) return never()
    const answer = await new Promise<Answer>((resolve, reject) => {
      const wayMs = () => world.chance.between(0.1, 0.5)
      world.after(wayMs() + server.readDelayMs, undefined, () => {
        const isUp = server.isUp
        const answer = isUp ? read() : undefined
        world.after(wayMs(), process, () => (isUp ? resolve(answer as Answer) : reject(refused())))
      })
    })
    return answer
  }
}

function knownName(statement: unknown): string {
  const name = nameOf(statement)
  if (name === undefined) throw new Error(`postgres: the fake does not know ${JSON.stringify(statement)}`)
  return name
}

/** A process's own connections to the fake Postgres. */
export function openSimDatabase(parts: { world: World; server: PostgresServer; process: Process }): Database {
  const commits = new SimConnection(parts, 'valiant-commit')
  const lease = new SimConnection(parts, 'valiant-lease')
  return {
    // The classes have private fields, so no other object has their type. The server only calls what is defined here.
    commits: commits as unknown as Connection,
    lease: lease as unknown as Connection,
    queries: new SimQueries(parts) as unknown as Queries,
    authPool: () => {
      throw new Error('the simulation has no sign-in')
    },
    [Symbol.asyncDispose]: async () => {
      await commits[Symbol.asyncDispose]()
      await lease[Symbol.asyncDispose]()
    },
  }
}
