import { createContext } from 'svelte'
import { writeCookie } from '#lib/preferences/cookie.ts'
import type { Preferences } from '#lib/preferences/preferences.ts'
import { DEFAULT, isSame, type Sound, type SoundChoice, SOUNDS, soundsCookies, soundsFrom } from './sound-choice.ts'
import { play, warm } from './tones.ts'

/** What the visitor wants to hear. What is heard goes by the cookie: `ring` reads it. */
export class Sounds {
  choice = $state.raw<SoundChoice>(DEFAULT)
  readonly #changed: () => void

  constructor(choice: SoundChoice, preferences: Preferences) {
    this.choice = choice
    this.#changed = preferences.keep({
      key: 'sounds',
      value: () => this.choice,
      isChosen: () => !isSame(this.choice, DEFAULT),
      take: (value) => {
        const kept = soundsFrom(value)
        if (kept && !isSame(kept, this.choice)) this.#show(kept)
      },
    })
  }

  choose(change: Partial<SoundChoice>): void {
    this.#show({ ...this.choice, ...change })
    this.#changed()
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

  #show(choice: SoundChoice): void {
    this.choice = choice
    for (const [name, value] of soundsCookies(choice)) writeCookie(name, value)
  }
}

export const [useSounds, provideSounds] = createContext<Sounds>()
