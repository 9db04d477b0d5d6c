import { createContext } from 'svelte'
import {
  type Appearance,
  type Palette,
  PALETTE_COOKIE,
  THEME_COLORS,
  THEME_COOKIE,
  type ThemeChoice,
} from './appearance.ts'

const YEAR_S = 31_536_000

/** Theme and palette as chosen and as seen. `theme` and `palette` are what a canvas paints by. */
export class AppearanceState {
  choice = $state.raw<ThemeChoice>('dark')
  palette = $state.raw<Palette>('default')
  #isSystemLight = $state.raw(false)
  readonly theme = $derived.by((): 'dark' | 'light' => {
    if (this.choice === 'system') return this.#isSystemLight ? 'light' : 'dark'
    return this.choice
  })

  constructor(appearance: Appearance) {
    this.choice = appearance.choice
    this.palette = appearance.palette
    if (typeof matchMedia === 'function') this.#isSystemLight = matchMedia('(prefers-color-scheme: light)').matches
  }

  /** Follows the system's theme. @returns ends it */
  follow(): () => void {
    const query = matchMedia('(prefers-color-scheme: light)')
    const changed = () => {
      this.#isSystemLight = query.matches
      this.#write()
    }
    query.addEventListener('change', changed)
    return () => query.removeEventListener('change', changed)
  }

  toggle(): void {
    this.setTheme(this.theme === 'dark' ? 'light' : 'dark')
  }

  setTheme(choice: ThemeChoice): void {
    this.choice = choice
    this.#write()
  }

  setPalette(palette: Palette): void {
    this.palette = palette
    this.#write()
  }

  #write(): void {
    const root = document.documentElement
    root.dataset['theme'] = this.theme
    root.dataset['themeChoice'] = this.choice
    root.dataset['palette'] = this.palette
    document.querySelector('meta[name="theme-color"]')?.setAttribute('content', THEME_COLORS[this.theme])
    for (const [name, value] of [
      [THEME_COOKIE, this.choice],
      [PALETTE_COOKIE, this.palette],
    ] as const) {
      document.cookie = `${name}=${value}; path=/; max-age=${YEAR_S}; samesite=lax`
    }
  }
}

export const [useAppearance, provideAppearance] = createContext<AppearanceState>()
