import { createContext } from 'svelte'
import { SyncedChoice } from '#lib/preferences/synced-choice.svelte.ts'
import type { Preferences } from '#lib/preferences/preferences.ts'
import { DEFAULT, type Sound, type SoundChoice, SOUNDS, soundsCookies, soundsFrom } from './sound-choice.ts'
import { play, warm } from './tones.ts'

/** What the visitor wants to hear. What is heard goes by the cookie: `ring` reads it. */
export class Sounds extends SyncedChoice<SoundChoice> {
  constructor(painted: SoundChoice, preferences: Preferences) {
    super({ key: 'sounds', painted, usual: DEFAULT, preferences, read: soundsFrom, cookies: soundsCookies })
  }

  override choose(change: Partial<SoundChoice>): void {
    super.choose(change)
    this.#pressed()
  }

  /** Whether it is on or off: it was pressed to be heard. */
  try(sound: Sound): void {
    warm()
    play(sound, this.choice.volume)
  }

  /** From the first press on a page it may speak. Who hears nothing costs no audio. @returns ends it */
  follow(): () => void {
    addEventListener('click', this.#pressed)
    addEventListener('keydown', this.#pressed)
    return () => {
      removeEventListener('click', this.#pressed)
      removeEventListener('keydown', this.#pressed)
    }
  }

  readonly #pressed = () => {
    if (SOUNDS.some((sound) => this.choice[sound])) warm()
  }
}

export const [useSounds, provideSounds] = createContext<Sounds>()
