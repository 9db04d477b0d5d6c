/** What the visitor chose to see; kept in cookies, so that the server writes the page in the right colors at once. */
export const THEME_CHOICES = ['dark', 'light', 'system'] as const
export type ThemeChoice = (typeof THEME_CHOICES)[number]

/** `cb`: blue and orange, for who cannot tell red from green. `rg`: red rises, green falls. */
export const PALETTES = ['default', 'cb', 'rg'] as const
export type Palette = (typeof PALETTES)[number]

export interface Appearance {
  readonly choice: ThemeChoice
  readonly palette: Palette
}

export const THEME_COOKIE = 'valiant_theme'
export const PALETTE_COOKIE = 'valiant_palette'
/** Color of the browser's own bar: `--bg-1`. */
export const THEME_COLORS = { dark: '#111418', light: '#ffffff' } as const

/** @param cookie reads a cookie of the request by name */
export function appearanceOf(cookie: (name: string) => string | undefined): Appearance {
  const choice = THEME_CHOICES.find((known) => known === cookie(THEME_COOKIE)) ?? 'dark'
  const palette = PALETTES.find((known) => known === cookie(PALETTE_COOKIE)) ?? 'default'
  return { choice, palette }
}
