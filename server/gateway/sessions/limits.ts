import { isIPv6 } from 'node:net'
import { rateOf } from '@valiant/shared/protocol/account-rates'
import {
  ACCOUNTS_PER_USER_MAX,
  ALERT_NOTE_LENGTH_MAX,
  AMOUNT_CENTS_MAX,
  CANCEL_AFTER_MS_MAX,
  CANCEL_AFTER_MS_MIN,
  EXPIRE_AHEAD_MS_MAX,
  FRAME_BYTES_DEFAULT,
  NAME_LENGTH_MAX,
  PAYLOAD_DEPTH_DEFAULT,
  PREFERENCE_BYTES_MAX,
  SYMBOLS_DEFAULT,
} from '@valiant/shared/protocol/limits'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

/** Limits that an operator can configure. */
export interface OperatorLimits {
  /** Enforced by the exchange and only reported here; cancels have twice as much. */
  readonly ordersPerSecond: number
  readonly ordersBurst: number
  /** Per account and instrument; enforced by the exchange. */
  readonly openOrders: number
  /** Other requests, per socket; over REST, per address. */
  readonly requestsPerSecond: number
  /** Pages of the terminal per address: rendering one takes about ten milliseconds of the thread that serves everyone. */
  readonly pagesPerSecond: number
  /** New guests and sign-ups together, per address (IPv6: /64). */
  readonly guestsPerMinute: number
  readonly guestsPerHour: number
  readonly socketsPerAccount: number
  readonly publicSocketsPerAddress: number
  /** Preferences per user. */
  readonly preferences: number
  /** Of all values of a user together; a guest may have a quarter of it. */
  readonly preferenceBytesTotal: number
  /** Waiting alerts per account. */
  readonly alerts: number
  /** The time over which a draining instance sends its sockets away. */
  readonly drainSpreadMs: number
}

/** All limits of this instance. */
export interface GatewayLimits extends OperatorLimits {
  readonly cancelsPerSecond: number
  readonly cancelsBurst: number
  /** Account changes (opening, renaming, deposits, withdrawals, resets) per account. */
  readonly accountChangesPerSecond: number
  readonly accountChangesBurst: number
  readonly frameBytes: number
  /** Levels of objects and arrays in a payload. */
  readonly depth: number
  /** Symbols of one request. */
  readonly symbols: number
  /** Streams of one symbol that a socket may watch at once. */
  readonly subscriptions: number
  /** A socket with more refusals than this is closed; an address with as many over REST is refused for a while. */
  readonly refusalsPer10Seconds: number
  /** Handshakes of all clients; more are refused before any work is done. */
  readonly handshakesPerSecond: number
}

/** Adds the limits that follow from others, and the usual ones for those that are not given. */
export function gatewayLimits(limits: OperatorLimits & Partial<GatewayLimits>): GatewayLimits {
  const cancels = rateOf('cancel', limits)
  const accountChanges = rateOf('account', limits)
  return {
    cancelsPerSecond: cancels.perSecond,
    cancelsBurst: cancels.burst,
    accountChangesPerSecond: accountChanges.perSecond,
    accountChangesBurst: accountChanges.burst,
    frameBytes: FRAME_BYTES_DEFAULT,
    depth: PAYLOAD_DEPTH_DEFAULT,
    symbols: SYMBOLS_DEFAULT,
    subscriptions: 1_000,
    refusalsPer10Seconds: 1_000,
    handshakesPerSecond: 300,
    ...limits,
  }
}

/**
 * The transport ends on anything larger. Frames between `frameBytes` and this are answered as too large, except those of
 * `preferences.set`: a client that escapes non-ASCII characters may need three times the bytes for a value of 16 KiB.
 */
export const transportBytes = ({ frameBytes }: Pick<GatewayLimits, 'frameBytes'>): number =>
  4 * Math.max(frameBytes, PREFERENCE_BYTES_MAX)

/** `welcome.limits`: all limits, with those that the protocol fixes. */
export const publishedLimits = (limits: GatewayLimits): Record<string, number> => ({
  ...limits,
  accounts: ACCOUNTS_PER_USER_MAX,
  /** The largest deposit, withdrawal or starting cash, in USD. */
  amount: AMOUNT_CENTS_MAX / 100,
  nameLength: NAME_LENGTH_MAX,
  alertNoteLength: ALERT_NOTE_LENGTH_MAX,
  preferenceBytes: PREFERENCE_BYTES_MAX,
  cancelAfterMsMin: CANCEL_AFTER_MS_MIN,
  cancelAfterMsMax: CANCEL_AFTER_MS_MAX,
  expireAheadMs: EXPIRE_AHEAD_MS_MAX,
})

/** A rate limit per key, in the memory of this instance. */
export class Limit {
  readonly #limiter: RateLimiterMemory

  constructor(points: number, seconds: number) {
    this.#limiter = new RateLimiterMemory({ points, duration: seconds })
  }

  /** Counts one. @returns 0, or the milliseconds until the next is allowed */
  async take(key: string): Promise<number> {
    try {
      await this.#limiter.consume(key)
      return 0
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) return Math.max(1, refusal.msBeforeNext)
      throw refusal
    }
  }

  /** What a key has left, and when it will be full again. */
  async left(key: string): Promise<{ readonly remaining: number; readonly resetMs: number }> {
    const { remainingPoints, msBeforeNext } = (await this.#limiter.get(key)) ?? {}
    return { remaining: Math.max(0, remainingPoints ?? this.#limiter.points), resetMs: Math.max(0, msBeforeNext ?? 0) }
  }

  async forget(key: string): Promise<void> {
    await this.#limiter.delete(key)
  }
}

/** Limits new users per address, by minute and by hour: each account stays in memory and in the journal. */
export class NewUserQuota {
  readonly #minute: Limit
  readonly #hour: Limit

  constructor({ guestsPerMinute, guestsPerHour }: GatewayLimits) {
    this.#minute = new Limit(guestsPerMinute, 60)
    this.#hour = new Limit(guestsPerHour, 3_600)
  }

  /** @returns 0, or the milliseconds until this address may create another user */
  async take(address: string): Promise<number> {
    const key = limitKey(address)
    const waitMs = await this.#minute.take(key)
    return waitMs > 0 ? waitMs : this.#hour.take(key)
  }
}

/** The key of an address for limits: itself, or the /64 of an IPv6 address, which belongs to one client. */
export function limitKey(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped?.[1] !== undefined) return mapped[1]
  if (!isIPv6(address)) return address
  const [head = '', tail = ''] = (address.split('%')[0] ?? '').split('::')
  const first = head === '' ? [] : head.split(':')
  const last = tail === '' ? [] : tail.split(':')
  const groups = address.includes('::')
    ? [...first, ...Array<string>(Math.max(0, 8 - first.length - last.length)).fill('0'), ...last]
    : first
  const network = groups.slice(0, 4).map((group) => parseInt(group, 16).toString(16))
  return `${network.join(':')}::/64`
}
