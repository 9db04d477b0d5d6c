import { isTimeZone } from './zone.ts'

/** `1,234.56`, `1.234,56`, and `1 234,56` with a narrow no-break space. */
const NUMBER_FORMATS = ['point', 'comma', 'space'] as const
export type NumberFormat = (typeof NUMBER_FORMATS)[number]

/** How numbers and times are written for a visitor: what they chose, the same on each of their devices. */
export interface NotationChoice {
  readonly numbers: NumberFormat
  /** Times are in the visitor's time zone; otherwise UTC. */
  readonly isLocal: boolean
  /** `2:32 PM`; otherwise `14:32`. */
  readonly hasTwelveHours: boolean
}

export interface Notation extends NotationChoice {
  /** This browser's IANA time zone, if wanted and known; until then times are in UTC, and labeled so. */
  readonly timeZone: string | undefined
}

export const NOTATION_COOKIE = 'valiant_notation'
/** The default. */
export const DEFAULT: Notation = { numbers: 'point', isLocal: false, hasTwelveHours: false, timeZone: undefined }

const LOCAL = 'local'
const TWELVE_HOURS = '12h'

/**
 * In the cookie: words joined by dots, the zone at its end.
 * @param kept the user's stored notation: it takes precedence over the cookie, which then only gives the time zone
 */
export function notationOf(cookie: string | undefined, kept?: NotationChoice): Notation {
  const words = (cookie ?? '').split('.')
  const choice = kept ?? {
    numbers: NUMBER_FORMATS.find((format) => words.includes(format)) ?? DEFAULT.numbers,
    isLocal: words.includes(LOCAL),
    hasTwelveHours: words.includes(TWELVE_HOURS),
  }
  const [, timeZone] = /\.in-(.+)$/.exec(cookie ?? '') ?? []
  return { ...choice, timeZone: choice.isLocal && timeZone && isTimeZone(timeZone) ? timeZone : undefined }
}

export const notationCookies = ({ numbers, isLocal, hasTwelveHours, timeZone }: Notation): [string, string][] => [
  [
    NOTATION_COOKIE,
    [
      numbers,
      ...(isLocal ? [LOCAL] : []),
      ...(hasTwelveHours ? [TWELVE_HOURS] : []),
      ...(timeZone === undefined ? [] : [`in-${timeZone}`]),
    ].join('.'),
  ],
]

/** Parses the user's stored notation; undefined for anything else. */
export function notationFrom(value: unknown): NotationChoice | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { numbers, isLocal, hasTwelveHours } = value as Partial<Record<keyof NotationChoice, unknown>>
  return {
    numbers: NUMBER_FORMATS.find((format) => format === numbers) ?? DEFAULT.numbers,
    isLocal: isLocal === true,
    hasTwelveHours: hasTwelveHours === true,
  }
}
