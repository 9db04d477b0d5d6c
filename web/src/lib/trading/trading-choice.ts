/** How the visitor wants to trade. Kept with the user, and in a cookie, so that the server's page says the same. */
export interface TradingChoice {
  /** One press of the button sends, whatever it sends. */
  readonly isOneClick: boolean
  /** Orders over so many dollars ask once more, unless one press sends. */
  readonly askAbove: number
  /** Open orders are canceled when the last page of this browser has been gone for so long; 0 is off. */
  readonly cancelOnDisconnectMs: number
  /** Letters and digits are commands, outside text fields. */
  readonly hasKeys: boolean
}

export const TRADING_COOKIE = 'valiant_trading'
/** In dollars. */
export const ASK_ABOVE = [1_000, 10_000, 100_000, 1_000_000] as const
/** All longer than an instance that goes away takes to send its connections elsewhere (`limits.drainSpreadMs`). */
export const GRACES_MS = [30_000, 60_000, 300_000, 900_000] as const
/** Of who has chosen nothing. */
export const DEFAULT: TradingChoice = { isOneClick: false, askAbove: 10_000, cancelOnDisconnectMs: 0, hasKeys: true }

const ONE_CLICK = 'one-click'
const NO_KEYS = 'no-keys'
const graceWord = (ms: number) => `gone-${ms / 1_000}`

/** In the cookie: words joined by dots. */
export function tradingOf(cookie: string | undefined): TradingChoice {
  const words = (cookie ?? '').split('.')
  return {
    isOneClick: words.includes(ONE_CLICK),
    askAbove: ASK_ABOVE.find((dollars) => words.includes(String(dollars))) ?? DEFAULT.askAbove,
    cancelOnDisconnectMs: GRACES_MS.find((ms) => words.includes(graceWord(ms))) ?? DEFAULT.cancelOnDisconnectMs,
    hasKeys: !words.includes(NO_KEYS),
  }
}

export function tradingCookies(choice: TradingChoice): [string, string][] {
  const { isOneClick, askAbove, cancelOnDisconnectMs, hasKeys } = choice
  const words = [
    String(askAbove),
    ...(isOneClick ? [ONE_CLICK] : []),
    ...(cancelOnDisconnectMs > 0 ? [graceWord(cancelOnDisconnectMs)] : []),
    ...(hasKeys ? [] : [NO_KEYS]),
  ]
  return [[TRADING_COOKIE, words.join('.')]]
}

/** What the user keeps; undefined for what is none. */
export function tradingFrom(value: unknown): TradingChoice | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { isOneClick, askAbove, cancelOnDisconnectMs, hasKeys } = value as Partial<Record<keyof TradingChoice, unknown>>
  return {
    isOneClick: isOneClick === true,
    askAbove: ASK_ABOVE.find((dollars) => dollars === askAbove) ?? DEFAULT.askAbove,
    cancelOnDisconnectMs: GRACES_MS.find((ms) => ms === cancelOnDisconnectMs) ?? DEFAULT.cancelOnDisconnectMs,
    hasKeys: hasKeys !== false,
  }
}
