/** How the visitor wants to trade. Kept with the user, and in a cookie, so that the server's page says the same. */
export interface TradingChoice {
  /** One press of the button sends, whatever it sends. */
  readonly isOneClick: boolean
  /** Orders over so many dollars ask once more, unless one press sends. */
  readonly askAbove: number
  /** Letters and digits are commands, outside text fields. */
  readonly hasKeys: boolean
}

export const TRADING_COOKIE = 'valiant_trading'
/** In dollars. */
export const ASK_ABOVE = [1_000, 10_000, 100_000, 1_000_000] as const
/** Of who has chosen nothing. */
export const DEFAULT: TradingChoice = { isOneClick: false, askAbove: 10_000, hasKeys: true }

const ONE_CLICK = 'one-click'
const NO_KEYS = 'no-keys'

/** In the cookie: words joined by dots. */
export function tradingOf(cookie: string | undefined): TradingChoice {
  const words = (cookie ?? '').split('.')
  return {
    isOneClick: words.includes(ONE_CLICK),
    askAbove: ASK_ABOVE.find((dollars) => words.includes(String(dollars))) ?? DEFAULT.askAbove,
    hasKeys: !words.includes(NO_KEYS),
  }
}

export const tradingCookies = ({ isOneClick, askAbove, hasKeys }: TradingChoice): [string, string][] => [
  [TRADING_COOKIE, [String(askAbove), ...(isOneClick ? [ONE_CLICK] : []), ...(hasKeys ? [] : [NO_KEYS])].join('.')],
]

/** What the user keeps; undefined for what is none. */
export function tradingFrom(value: unknown): TradingChoice | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { isOneClick, askAbove, hasKeys } = value as Partial<Record<keyof TradingChoice, unknown>>
  return {
    isOneClick: isOneClick === true,
    askAbove: ASK_ABOVE.find((dollars) => dollars === askAbove) ?? DEFAULT.askAbove,
    hasKeys: hasKeys !== false,
  }
}

export const isSame = (a: TradingChoice, b: TradingChoice): boolean =>
  a.isOneClick === b.isOneClick && a.askAbove === b.askAbove && a.hasKeys === b.hasKeys
