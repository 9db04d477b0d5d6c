import { CANCEL_AFTER_MS_MAX, CANCEL_ON_DISCONNECT_MS_MIN } from '@valiant/shared/protocol/limits'
import { z } from 'zod'
import type { ExchangeRequests } from '../leader/exchange-requests.ts'
import { failure } from '../answering/wire-error.ts'
import type { Identity } from './sessions.ts'

const Auth = z.object({
  cancelOnDisconnect: z.int().min(CANCEL_ON_DISCONNECT_MS_MIN).max(CANCEL_AFTER_MS_MAX).optional(),
})
/** How often per grace the exchange is notified that a socket is connected; more than once, since a message may be lost. */
const REPORTS_A_GRACE = 3
const REPORT_EVERY_MS_MAX = 10_000
/** A release that was not accepted is sent again after this. */
const RELEASE_AGAIN_MS = 1_000
const TURN_MS = 250

/**
 * The grace that a handshake requests, if any.
 * @throws {RequestFailure} INVALID; UNAUTHENTICATED without credentials, or FORBIDDEN for those that cannot cancel
 */
export function graceOf(auth: unknown, identity: Identity | undefined): number | undefined {
  const parsed = Auth.safeParse(auth ?? {})
  if (!parsed.success) {
    const expected = `a whole number of milliseconds from ${CANCEL_ON_DISCONNECT_MS_MIN} to ${CANCEL_AFTER_MS_MAX}`
    throw failure('INVALID', `auth.cancelOnDisconnect: expected ${expected}.`)
  }
  const graceMs = parsed.data.cancelOnDisconnect
  if (graceMs === undefined || identity?.scopes.includes('trade') === true) return graceMs
  const message = 'auth.cancelOnDisconnect needs an account that this connection may trade for.'
  throw failure(identity === undefined ? 'UNAUTHENTICATED' : 'FORBIDDEN', message)
}

interface Watched {
  /** By socket. */
  readonly graces: Map<string, number>
  reportedAtMs: number
}

/**
 * Keeps reporting to the exchange that an account has a socket with cancel-on-disconnect on this instance, and that the grace
 * begins when the last one has gone. If this process dies, the silence has the same effect.
 */
export class CancelOnDisconnect implements Disposable {
  readonly #exchange: Pick<ExchangeRequests, 'ask'>
  readonly #accounts = new Map<number, Watched>()
  /** Accounts still to be released by the exchange, and when it was last notified. */
  readonly #withdrawn = new Map<number, number>()
  readonly #timer: NodeJS.Timeout

  constructor(exchange: Pick<ExchangeRequests, 'ask'>) {
    this.#exchange = exchange
    this.#timer = setInterval(() => this.#reportAgain(performance.now()), TURN_MS)
  }

  joined(account: number, socketId: string, graceMs: number): void {
    const watched = this.#accounts.get(account) ?? { graces: new Map<string, number>(), reportedAtMs: 0 }
    watched.graces.set(socketId, graceMs)
    this.#accounts.set(account, watched)
    this.#reportConnected(account, watched, performance.now())
  }

  left(account: number, socketId: string): void {
    const watched = this.#accounts.get(account)
    const graceMs = watched?.graces.get(socketId)
    if (watched === undefined || graceMs === undefined) return
    watched.graces.delete(socketId)
    if (watched.graces.size > 0) return
    this.#accounts.delete(account)
    this.#report(account, graceMs, graceMs)
  }

  /** A connected socket withdraws: nothing happens when it disconnects, nor for one that disconnected before. */
  withdrew(account: number, socketId: string): void {
    const watched = this.#accounts.get(account)
    watched?.graces.delete(socketId)
    if (watched?.graces.size === 0) this.#accounts.delete(account)
    this.#release(account, performance.now())
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #reportAgain(nowMs: number): void {
    for (const [account, reportedAtMs] of this.#withdrawn) {
      if (nowMs - reportedAtMs >= RELEASE_AGAIN_MS) this.#release(account, nowMs)
    }
    for (const [account, watched] of this.#accounts) {
      if (nowMs - watched.reportedAtMs >= reportEveryMs(graceOfAll(watched)))
        this.#reportConnected(account, watched, nowMs)
    }
  }

  #reportConnected(account: number, watched: Watched, nowMs: number): void {
    watched.reportedAtMs = nowMs
    const graceMs = graceOfAll(watched)
    // The exchange waits for two more messages and then the grace: a connected socket must never count as gone.
    this.#report(account, graceMs, graceMs + 2 * reportEveryMs(graceMs))
  }

  #release(account: number, nowMs: number): void {
    this.#withdrawn.set(account, nowMs)
    const request = { event: 'connection.release', account } as const
    this.#exchange.ask({ request, receivedAtMs: Date.now() }).then(
      ({ ok }) => {
        if (!ok) return
        this.#withdrawn.delete(account)
        // The release covers the whole account: report the sockets here that still want it at once.
        const watched = this.#accounts.get(account)
        if (watched !== undefined) this.#reportConnected(account, watched, performance.now())
      },
      () => undefined, // Not accepted now; repeated by the timer.
    )
  }

  #report(account: number, graceMs: number, holdMs: number): void {
    const request = { event: 'connection.hold', account, graceMs, holdMs } as const
    // If not accepted, it is repeated; while the exchange gets no requests, its time stands still.
    this.#exchange.ask({ request, receivedAtMs: Date.now() }).catch(() => undefined)
  }
}

/** The longest grace of several sockets. */
const graceOfAll = ({ graces }: Watched): number => Math.max(...graces.values())

const reportEveryMs = (graceMs: number): number => Math.min(REPORT_EVERY_MS_MAX, graceMs / REPORTS_A_GRACE)
