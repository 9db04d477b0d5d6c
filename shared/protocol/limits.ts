import { DAY_MS } from '../units/time.ts'

/**
 * Limits that client and server share. Those that operators configure are in server/config.ts, and sent in
 * `welcome.limits`.
 */
export const PROTOCOL_VERSION = 1

/** Unless an operator has set another, which `welcome.limits` says. */
export const FRAME_BYTES_DEFAULT = 16_384
export const PAYLOAD_DEPTH_DEFAULT = 8
export const SYMBOLS_DEFAULT = 200

/** The largest deposit, withdrawal or starting cash. */
export const AMOUNT_CENTS_MAX = 1_000_000_000_00
/** A deposit that would raise an account's cash above this is INVALID, so that all sums stay exact. */
export const CASH_CENTS_MAX = 100_000_000_000_00
export const ACCOUNTS_PER_USER_MAX = 10
export const NAME_LENGTH_MAX = 60
export const TAG_LENGTH_MAX = 64
export const ALERT_NOTE_LENGTH_MAX = 120
/** How many fired alerts are listed, newest first. Waiting alerts are all listed. */
export const FIRED_ALERTS_MAX = 100
/** The size of a preference as JSON. A frame of `preferences.set` may be larger than others, so that only this limit applies. */
export const PREFERENCE_BYTES_MAX = 16_384

/** The shortest timeout of the dead man's switch; 0 turns it off. */
export const CANCEL_AFTER_MS_MIN = 100
export const CANCEL_AFTER_MS_MAX = DAY_MS
/** The shortest grace period of `cancelOnDisconnect`; the longest is CANCEL_AFTER_MS_MAX. */
export const CANCEL_ON_DISCONNECT_MS_MIN = 1_000
/** How far ahead a gtd order may expire. */
export const EXPIRE_AHEAD_MS_MAX = 366 * DAY_MS

/** A market-data frame is one quantum of the market: 20 a second. */
const FRAMES_PER_SECOND_MAX = 20
export const QUANTUM_MS = 1_000 / FRAMES_PER_SECOND_MAX
export const TICKER_MS = 1_000 / 4

export const HEARTBEAT_MS = 1_000
/** The client reconnects when nothing has arrived for this long. */
export const SILENCE_MS_MAX = 5_000
/** How often a book without changes sends an empty update. */
export const BOOK_QUIET_MS = 5_000

/** Every request is answered within this time, if only with TIMEOUT. */
export const ANSWER_MS_MAX = 5_000
/** The default `validUntil` of an order is this long after its receipt. */
export const ORDER_VALID_MS = 5_000

export const CANDLES_DEFAULT = 500
export const CANDLES_MAX = 1_000
export const PAGE_DEFAULT = 50
export const PAGE_MAX = 500
export const TRADES_DEFAULT = 100
export const TRADES_MAX = 1_000
export const SPARKLINE_POINTS = 48
export const SPARKLINE_POINTS_MAX = 288

/** The most points in one answer to `equity`. */
export const EQUITY_POINTS_MAX = 1_500

export const BOOK_DEPTHS = [10, 25, 100] as const
export const BOOK_DEPTH_DEFAULT = 25
/** Levels on each side of the book that its checksum covers. */
export const CHECKSUM_LEVELS = 10
