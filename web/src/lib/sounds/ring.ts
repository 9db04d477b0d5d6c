import { readCookie } from '#lib/preferences/cookie.ts'
import { type Sound, SOUNDS_COOKIE, soundsOf } from './sound-choice.ts'
import { isWarm, play } from './tones.ts'

/** Other tabs are told of the same within so long. */
const TOLD_WITHIN_MS = 3_000

/**
 * Lets something be heard that happened, if that is wished: as the cookie says now, since another tab may have changed
 * it. Every tab is told of it; the first that can speak does.
 * @param id of what happened, the same in all tabs
 */
export function ring(sound: Sound, id: string): void {
  const choice = soundsOf(readCookie(SOUNDS_COOKIE))
  if (!choice[sound] || !isWarm()) return
  const speak = () => play(sound, choice.volume)
  // There are none where the page came over plain HTTP.
  if (!('locks' in navigator)) speak()
  else void navigator.locks.request(`valiant ${sound} ${id}`, { ifAvailable: true }, (lock) => lock && held(speak))
}

/** Keeps the lock until no other tab would speak any more. */
function held(speak: () => void): Promise<void> {
  speak()
  return new Promise((done) => setTimeout(done, TOLD_WITHIN_MS))
}
