import { readCookie } from '#lib/preferences/cookie.ts'
import { type Sound, SOUNDS_COOKIE, soundsOf } from './sound-choice.ts'
import { isWarm, play } from './tones.ts'

/** Other tabs receive the same event within this time. */
const TOLD_WITHIN_MS = 3_000

/**
 * Plays the sound of an event, if the visitor wants it. The cookie decides, since another tab may have changed the
 * setting. Every tab receives the event; the first that can play sound does.
 * @param id of the event, the same in all tabs
 */
export function ring(sound: Sound, id: string): void {
  const choice = soundsOf(readCookie(SOUNDS_COOKIE))
  if (!choice[sound] || !isWarm()) return
  const speak = () => play(sound, choice.volume)
  // Pages served over plain HTTP have no locks.
  if (!('locks' in navigator)) speak()
  else void navigator.locks.request(`valiant ${sound} ${id}`, { ifAvailable: true }, (lock) => lock && held(speak))
}

/** Holds the lock until no other tab would play the sound. */
function held(speak: () => void): Promise<void> {
  speak()
  return new Promise((done) => setTimeout(done, TOLD_WITHIN_MS))
}
