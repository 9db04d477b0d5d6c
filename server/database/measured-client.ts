import pg from 'pg'
import type { DatabaseMetrics } from '../telemetry/database-metrics.ts'
import type { SlowStatements } from './slow-statements.ts'

const SQLSTATE = /^([0-9A-Z]{2})[0-9A-Z]{3}$/

/** Clients of one pool or connection that count and time their statements. */
export interface MeasuredClients {
  /** The class that the pool instantiates. */
  readonly Client: typeof pg.Client
  /** Unanswered statements, including those queued on a connection. */
  running(): number
}

/** @param pool its label in the metrics */
export function measuredClients(pool: string, metrics: DatabaseMetrics, slow: SlowStatements): MeasuredClients {
  let running = 0
  const began = (statement: unknown): ((error?: unknown) => void) => {
    const beganMs = performance.now()
    running += 1
    return (error) => {
      running -= 1
      metrics.queries.inc({ pool })
      const ms = performance.now() - beganMs
      metrics.querySeconds.observe({ pool }, ms / 1_000)
      slow.note(ms, statement)
      if (error !== undefined && error !== null) metrics.errors.inc({ pool, class: classOf(error) })
    }
  }
  class Client extends pg.Client {
    constructor(config?: pg.ClientConfig) {
      super(config)
      // Nobody listens to a checked-out client between two statements. If Postgres ends its session, the next statement
      // fails.
      this.on('error', () => undefined)
    }

    /** Both of pg's forms, with a callback or a promise. Anything else (a cursor) is not measured. */
    override query(...given: readonly unknown[]): never {
      const send = (sent: readonly unknown[]): never => {
        const query = Reflect.get(pg.Client.prototype, 'query') as (...sent: unknown[]) => unknown
        return Reflect.apply(query, this, sent) as never
      }
      const callback = given.at(-1)
      const isSubmitted = typeof (given[0] as { submit?: unknown } | undefined)?.submit === 'function'
      if (isSubmitted) return send(given)
      const ended = began(given[0])
      if (typeof callback === 'function') {
        const measured = (error: unknown, ...results: unknown[]) => {
          ended(error)
          Reflect.apply(callback, undefined, [error, ...results])
        }
        return send([...given.slice(0, -1), measured])
      }
      const answer: Promise<unknown> = send(given)
      answer.then(() => ended(), ended)
      return answer as never
    }
  }
  return { Client, running: () => running }
}

/** The class of an SQLSTATE; errors without one come from the connection. */
function classOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined
  return (typeof code === 'string' ? SQLSTATE.exec(code)?.[1] : undefined) ?? 'connection'
}
