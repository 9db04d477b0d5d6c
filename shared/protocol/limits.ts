import { DAY_MS } from '../units/time.ts'

/** Bounds that both ends need. Those that operators can configure are in server/config.ts, and sent in `welcome.limits`. */
export const PROTOCOL_VERSION = 1

export const FRAME_BYTES_MAX = 16_384
export const PAYLOAD_DEPTH_MAX = 8
export const SYMBOLS_MAX = 200

/** Of a deposit, a withdrawal and the cash to begin with; more than 0. */
export const AMOUNT_CENTS_MAX = 1_000_000_000_00
/** A deposit that would lift the cash of an account above this is INVALID, so that all sums stay exact. */
export const CASH_CENTS_MAX = 100_000_000_000_00
export const ACCOUNTS_PER_USER_MAX = 10
export const NAME_LENGTH_MAX = 60
export const TAG_LENGTH_MAX = 64
export const ALERT_NOTE_LENGTH_MAX = 120
/** So many alerts that have fired are listed, the newest; all that wait are. */
export const FIRED_ALERTS_MAX = 100
/** Of a preference, as JSON; the frame of `preferences.set` may be larger than others, so that this is its one bound. */
export const PREFERENCE_BYTES_MAX = 16_384

/** The dead man's switch, when it is not 0. */
export const CANCEL_AFTER_MS_MIN = 100
export const CANCEL_AFTER_MS_MAX = DAY_MS
/** The least grace of `cancelOnDisconnect`; the most is that of the switch. */
export const CANCEL_ON_DISCONNECT_MS_MIN = 1_000
/** How far off the end of a gtd order may lie. */
export const EXPIRE_AHEAD_MS_MAX = 366 * DAY_MS

/** A market-data frame is one quantum of the market: 20 a second. */
const FRAMES_PER_SECOND_MAX = 20
export const QUANTUM_MS = 1_000 / FRAMES_PER_SECOND_MAX
export const TICKER_MS = 1_000 / 4

export const HEARTBEAT_MS = 1_000
/** Nothing at all for so long: the client reconnects. */
export const SILENCE_MS_MAX = 5_000
/** A quiet book still sends an empty update. */
export const BOOK_QUIET_MS = 5_000

/** A request is answered within this, if only with TIMEOUT. */
export const ANSWER_MS_MAX = 5_000
/** `validUntil` of an order that names none: receipt and this. */
export const ORDER_VALID_MS = 5_000

export const CANDLES_DEFAULT = 500
export const CANDLES_MAX = 1_000
export const PAGE_DEFAULT = 50
export const PAGE_MAX = 500
export const TRADES_DEFAULT = 100
export const TRADES_MAX = 1_000
export const SPARKLINE_POINTS = 48
export const SPARKLINE_POINTS_MAX = 288

/** Points of the curve of an account's equity in one answer. */
export const EQUITY_POINTS_MAX = 1_500

export const BOOK_DEPTHS = [10, 25, 100] as const
export const BOOK_DEPTH_DEFAULT = 25
/** Levels a side that the checksum of a book covers. */
export const CHECKSUM_LEVELS = 10
