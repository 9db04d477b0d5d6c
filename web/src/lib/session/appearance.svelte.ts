import { createContext } from 'svelte'
import { writeCookie } from '#lib/preferences/cookie.ts'
import type { Preferences } from '#lib/preferences/preferences.ts'
import {
  type Appearance,
  appearanceCookies,
  appearanceFrom,
  DEFAULT,
  type Palette,
  THEME_COLORS,
  type ThemeChoice,
} from './appearance.ts'

/** Theme and palette, both as chosen and as in effect. A canvas uses `theme` and `palette`. Stored with the user. */
export class AppearanceState {
  choice = $state.raw<ThemeChoice>('dark')
  palette = $state.raw<Palette>('default')
  #isSystemLight = $state.raw(false)
  readonly theme = $derived.by((): 'dark' | 'light' => {
    if (this.choice === 'system') return this.#isSystemLight ? 'light' : 'dark'
    return this.choice
  })

  readonly #changed: () => void

  constructor(appearance: Appearance, preferences: Preferences) {
    this.choice = appearance.choice
    this.palette = appearance.palette
    if (typeof matchMedia === 'function') this.#isSystemLight = matchMedia('(prefers-color-scheme: light)').matches
    this.#changed = preferences.keep({
      key: 'appearance',
      value: () => this.#chosen(),
      isChosen: () => this.choice !== DEFAULT.choice || this.palette !== DEFAULT.palette,
      take: (value) => {
        const kept = appearanceFrom(value)
        if (kept && (kept.choice !== this.choice || kept.palette !== this.palette)) this.#show(kept)
      },
    })
  }

  /** Follows the system's theme. @returns stops following */
  follow(): () => void {
    const query = matchMedia('(prefers-color-scheme: light)')
    const changed = () => {
      this.#isSystemLight = query.matches
      this.#paint()
    }
    query.addEventListener('change', changed)
    return () => query.removeEventListener('change', changed)
  }

  toggle(): void {
    this.setTheme(this.theme === 'dark' ? 'light' : 'dark')
  }

  setTheme(choice: ThemeChoice): void {
    this.#show({ ...this.#chosen(), choice })
    this.#changed()
  }

  setPalette(palette: Palette): void {
    this.#show({ ...this.#chosen(), palette })
    this.#changed()
  }

  #chosen(): Appearance {
    return { choice: this.choice, palette: this.palette }
  }

  #show(appearance: Appearance): void {
    this.choice = appearance.choice
    this.palette = appearance.palette
    this.#paint()
    for (const [name, value] of appearanceCookies(appearance)) writeCookie(name, value)
  }

  #paint(): void {
    const root = document.documentElement
    root.dataset['theme'] = this.theme
    root.dataset['themeChoice'] = this.choice
    root.dataset['palette'] = this.palette
    document.querySelector('meta[name="theme-color"]')?.setAttribute('content', THEME_COLORS[this.theme])
  }
}

export const [useAppearance, provideAppearance] = createContext<AppearanceState>()
