import { createContext } from 'svelte'
import type { Preferences } from '#lib/preferences/preferences.ts'
import { SyncedChoice } from '#lib/preferences/synced-choice.svelte.ts'
import type { Trading } from '#lib/trading/trading.svelte.ts'
import {
  assigned,
  DEFAULT,
  keyLabel,
  type KeyMap,
  type KeyPress,
  type Shortcut,
  SHORTCUTS,
  shortcutOf,
  shortcutsCookies,
  shortcutsFrom,
} from './key-map.ts'

/** The visitor's keys. */
export class Shortcuts extends SyncedChoice<KeyMap> {
  /** The name of the key for Ctrl: on a Mac that is ⌘. Pressed, either is taken. */
  readonly ctrl: 'Ctrl' | '⌘'
  readonly #trading: Trading

  constructor(painted: KeyMap, preferences: Preferences, trading: Trading, hasCommandKey: boolean) {
    super({ key: 'shortcuts', painted, usual: DEFAULT, preferences, read: shortcutsFrom, cookies: shortcutsCookies })
    this.#trading = trading
    this.ctrl = hasCommandKey ? '⌘' : 'Ctrl'
  }

  /** The command of a press; the caller has checked that it is one (`isCommand`). */
  of(press: KeyPress): Shortcut | undefined {
    return shortcutOf(this.choice, press)
  }

  label(shortcut: Shortcut): string {
    return keyLabel(this.choice[shortcut])
  }

  /** For `aria-keyshortcuts`; undefined while keys are switched off. */
  aria(...shortcuts: readonly Shortcut[]): string | undefined {
    return this.#trading.choice.hasKeys ? shortcuts.map((one) => this.label(one)).join(' ') : undefined
  }

  /** A tooltip with its key: "Favourite (F)". */
  hint(text: string, ...shortcuts: readonly Shortcut[]): string {
    const keys = shortcuts.map((one) => this.label(one)).join(', ')
    return this.#trading.choice.hasKeys ? `${text} (${keys})` : text
  }

  /** A tooltip with a key that cannot be changed, but is switched off with the others. */
  hintOf(text: string, key: string): string {
    return this.#trading.choice.hasKeys ? `${text} (${key})` : text
  }

  /** Whether single keys are commands. */
  get isOn(): boolean {
    return this.#trading.choice.hasKeys
  }

  get isDefault(): boolean {
    return SHORTCUTS.every((one) => this.choice[one] === DEFAULT[one])
  }

  assign(shortcut: Shortcut, key: string): void {
    this.choose(assigned(this.choice, shortcut, key))
  }

  backToDefault(): void {
    this.choose(DEFAULT)
  }
}

export const [useShortcuts, provideShortcuts] = createContext<Shortcuts>()
