/** The visitor's choices, in cookies, so that the server renders the page in the right colors. */
const THEME_CHOICES = ['dark', 'light', 'system'] as const
export type ThemeChoice = (typeof THEME_CHOICES)[number]

/** `cb`: blue and orange, for those who cannot tell red from green. `rg`: rising is red, falling is green. */
const PALETTES = ['default', 'cb', 'rg'] as const
export type Palette = (typeof PALETTES)[number]

export interface Appearance {
  readonly choice: ThemeChoice
  readonly palette: Palette
}

const THEME_COOKIE = 'valiant_theme'
const PALETTE_COOKIE = 'valiant_palette'
/** Color of the browser's own bar: `--bg-1`. */
export const THEME_COLORS = { dark: '#111418', light: '#ffffff' } as const

/** For visitors who have chosen nothing. */
export const DEFAULT: Appearance = { choice: 'dark', palette: 'default' }

/** @param cookie reads a cookie of the request by name */
export function appearanceOf(cookie: (name: string) => string | undefined): Appearance {
  const choice = THEME_CHOICES.find((known) => known === cookie(THEME_COOKIE)) ?? DEFAULT.choice
  const palette = PALETTES.find((known) => known === cookie(PALETTE_COOKIE)) ?? DEFAULT.palette
  return { choice, palette }
}

/** Parses the user's stored value; undefined if it is invalid. */
export function appearanceFrom(value: unknown): Appearance | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { choice, palette } = value as Partial<Record<keyof Appearance, unknown>>
  const known = {
    choice: THEME_CHOICES.find((one) => one === choice),
    palette: PALETTES.find((one) => one === palette),
  }
  if (known.choice === undefined && known.palette === undefined) return undefined
  return { choice: known.choice ?? DEFAULT.choice, palette: known.palette ?? DEFAULT.palette }
}

export const appearanceCookies = ({ choice, palette }: Appearance): [string, string][] => [
  [THEME_COOKIE, choice],
  [PALETTE_COOKIE, palette],
]
