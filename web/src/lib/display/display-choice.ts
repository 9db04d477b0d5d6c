/** Motion, row density and the book’s sides. Stored with the user, and in a cookie: rows must not shift after the first paint. */
export interface DisplayChoice {
  /** Row height of tables and lists; on a phone always touch height. */
  readonly rows: Rows
  /** What the order book shows. */
  readonly book: BookSides
  /** Prices flash when they change. */
  readonly hasFlash: boolean
  /** Rising candles are hollow in every palette. */
  readonly hasHollowRises: boolean
  /** Nothing flashes or fades, whatever the system setting. */
  readonly hasLessMotion: boolean
}

export const ROWS = ['dense', 'roomy'] as const
export type Rows = (typeof ROWS)[number]

export const BOOK_SIDES = ['both', 'bids', 'asks'] as const
export type BookSides = (typeof BOOK_SIDES)[number]

export const DISPLAY_COOKIE = 'valiant_display'
/** The default. */
export const DEFAULT: DisplayChoice = {
  rows: 'dense',
  book: 'both',
  hasFlash: true,
  hasHollowRises: false,
  hasLessMotion: false,
}

const NO_FLASH = 'no-flash'
const HOLLOW = 'hollow'
const LESS_MOTION = 'less-motion'

/** In the cookie: words joined by dots. */
export function displayOf(cookie: string | undefined): DisplayChoice {
  const words = (cookie ?? '').split('.')
  return {
    rows: ROWS.find((rows) => words.includes(rows)) ?? DEFAULT.rows,
    book: BOOK_SIDES.find((sides) => words.includes(sides)) ?? DEFAULT.book,
    hasFlash: !words.includes(NO_FLASH),
    hasHollowRises: words.includes(HOLLOW),
    hasLessMotion: words.includes(LESS_MOTION),
  }
}

export function displayCookies({
  rows,
  book,
  hasFlash,
  hasHollowRises,
  hasLessMotion,
}: DisplayChoice): [string, string][] {
  const words = [
    rows,
    ...(book === DEFAULT.book ? [] : [book]),
    ...(hasFlash ? [] : [NO_FLASH]),
    ...(hasHollowRises ? [HOLLOW] : []),
    ...(hasLessMotion ? [LESS_MOTION] : []),
  ]
  return [[DISPLAY_COOKIE, words.join('.')]]
}

/** Parses the user's stored choice; undefined for anything else. */
export function displayFrom(value: unknown): DisplayChoice | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { rows, book, hasFlash, hasHollowRises, hasLessMotion } = value as Partial<Record<keyof DisplayChoice, unknown>>
  return {
    rows: ROWS.find((known) => known === rows) ?? DEFAULT.rows,
    book: BOOK_SIDES.find((known) => known === book) ?? DEFAULT.book,
    hasFlash: hasFlash !== false,
    hasHollowRises: hasHollowRises === true,
    hasLessMotion: hasLessMotion === true,
  }
}

/** The choice as data attributes of the root (`data-rows` and so on), the one place that styles, canvases and flashes read. */
export interface RootData {
  readonly rows: Rows
  readonly rises: 'solid' | 'hollow'
  readonly flash: 'on' | 'off'
  readonly motion: 'full' | 'less'
}

export const rootDataOf = ({ rows, hasFlash, hasHollowRises, hasLessMotion }: DisplayChoice): RootData => ({
  rows,
  rises: hasHollowRises ? 'hollow' : 'solid',
  // A fade is motion.
  flash: hasFlash && !hasLessMotion ? 'on' : 'off',
  motion: hasLessMotion ? 'less' : 'full',
})

/** The same, as the server writes them. */
export const rootAttributes = (choice: DisplayChoice): string =>
  Object.entries(rootDataOf(choice))
    .map(([name, value]) => `data-${name}="${value}"`)
    .join(' ')
