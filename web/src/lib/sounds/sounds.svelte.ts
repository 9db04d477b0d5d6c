import { createContext } from 'svelte'
import { SyncedChoice } from '#lib/preferences/synced-choice.svelte.ts'
import type { Preferences } from '#lib/preferences/preferences.ts'
import { DEFAULT, type Sound, type SoundChoice, SOUNDS, soundsCookies, soundsFrom } from './sound-choice.ts'
import { play, warm } from './tones.ts'

/** The sounds the visitor wants. Playback reads the cookie: see `ring`. */
export class Sounds extends SyncedChoice<SoundChoice> {
  constructor(painted: SoundChoice, preferences: Preferences) {
    super({ key: 'sounds', painted, usual: DEFAULT, preferences, read: soundsFrom, cookies: soundsCookies })
  }

  override choose(change: Partial<SoundChoice>): void {
    super.choose(change)
    this.#pressed()
  }

  /** Plays it whether it is on or off: the visitor asked to hear it. */
  try(sound: Sound): void {
    warm()
    play(sound, this.choice.volume)
  }

  /** Prepares audio on a press, before which browsers allow none, where any sound is on. @returns ends it */
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
