/** How much moves and how closely rows stand. Kept with the user, and in a cookie: rows must not shift after the first paint. */
export interface DisplayChoice {
  /** How high the rows of tables and lists are; a phone's are as high as a thumb either way. */
  readonly rows: Rows
  /** A price lights up when it changes. */
  readonly hasFlash: boolean
  /** Candles that rise are hollow in every palette. */
  readonly hasHollowRises: boolean
  /** Nothing flashes or fades, whatever the system says. */
  readonly hasLessMotion: boolean
}

export const ROWS = ['dense', 'roomy'] as const
export type Rows = (typeof ROWS)[number]

export const DISPLAY_COOKIE = 'valiant_display'
/** Of who has chosen nothing. */
export const DEFAULT: DisplayChoice = { rows: 'dense', hasFlash: true, hasHollowRises: false, hasLessMotion: false }

const NO_FLASH = 'no-flash'
const HOLLOW = 'hollow'
const LESS_MOTION = 'less-motion'

/** In the cookie: words joined by dots. */
export function displayOf(cookie: string | undefined): DisplayChoice {
  const words = (cookie ?? '').split('.')
  return {
    rows: ROWS.find((rows) => words.includes(rows)) ?? DEFAULT.rows,
    hasFlash: !words.includes(NO_FLASH),
    hasHollowRises: words.includes(HOLLOW),
    hasLessMotion: words.includes(LESS_MOTION),
  }
}

export function displayCookies({ rows, hasFlash, hasHollowRises, hasLessMotion }: DisplayChoice): [string, string][] {
  const words = [
    rows,
    ...(hasFlash ? [] : [NO_FLASH]),
    ...(hasHollowRises ? [HOLLOW] : []),
    ...(hasLessMotion ? [LESS_MOTION] : []),
  ]
  return [[DISPLAY_COOKIE, words.join('.')]]
}

/** What the user keeps; undefined for what is none. */
export function displayFrom(value: unknown): DisplayChoice | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { rows, hasFlash, hasHollowRises, hasLessMotion } = value as Partial<Record<keyof DisplayChoice, unknown>>
  return {
    rows: ROWS.find((known) => known === rows) ?? DEFAULT.rows,
    hasFlash: hasFlash !== false,
    hasHollowRises: hasHollowRises === true,
    hasLessMotion: hasLessMotion === true,
  }
}

/** What the page's root says of it, as `data-rows` and so on: styles, canvases and flashes go by that alone. */
export interface RootData {
  readonly rows: Rows
  readonly rises: 'solid' | 'hollow'
  readonly flash: 'on' | 'off'
  readonly motion: 'full' | 'less'
}

export const rootDataOf = ({ rows, hasFlash, hasHollowRises, hasLessMotion }: DisplayChoice): RootData => ({
  rows,
  rises: hasHollowRises ? 'hollow' : 'solid',
  // What fades is motion.
  flash: hasFlash && !hasLessMotion ? 'on' : 'off',
  motion: hasLessMotion ? 'less' : 'full',
})

/** The same as the server writes it. */
export const rootAttributes = (choice: DisplayChoice): string =>
  Object.entries(rootDataOf(choice))
    .map(([name, value]) => `data-${name}="${value}"`)
    .join(' ')
