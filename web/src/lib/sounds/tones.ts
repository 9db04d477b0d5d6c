import type { Sound, Volume } from './sound-choice.ts'

interface Note {
  readonly hz: number
  /** From the sound's beginning. */
  readonly atS: number
}

/** Distinguished by direction: up for success, down for a refusal, and one that calls for attention. */
export const NOTES: Readonly<Record<Sound, readonly Note[]>> = {
  filled: [
    { hz: 659.26, atS: 0 },
    { hz: 987.77, atS: 0.09 },
  ],
  refused: [
    { hz: 311.13, atS: 0 },
    { hz: 233.08, atS: 0.13 },
  ],
  alert: [
    { hz: 880, atS: 0 },
    { hz: 880, atS: 0.12 },
    { hz: 1174.66, atS: 0.24 },
  ],
}
const NOTE_S = 0.22
/** Attack time: a wave that starts at full volume clicks. */
const ATTACK_S = 0.012
/** Peak volume, of 1. */
export const GAINS: Readonly<Record<Volume, number>> = { quiet: 0.04, medium: 0.1, loud: 0.25 }
/** Volume at which the decay ends. */
const SILENCE = 0.0001
/** Of many at once the last are dropped, instead of being heard long after the event. */
const BEHIND_S_MAX = 1

/** How long it takes. */
export const secondsOf = (sound: Sound): number => (NOTES[sound].at(-1)?.atS ?? 0) + NOTE_S

let context: AudioContext | undefined
/** When the current sound ends, by the context's clock. */
let busyUntilS = 0

/** Call it from a press: browsers allow no sound before one. */
export function warm(): void {
  context ??= new AudioContext()
}

/** Whether a sound would be heard now. */
export const isWarm = (): boolean => context !== undefined

/** Plays sounds one after the other, so that each can be recognized. */
export function play(sound: Sound, volume: Volume): void {
  if (!context) return
  void context.resume()
  const startS = Math.max(context.currentTime, busyUntilS)
  if (startS - context.currentTime > BEHIND_S_MAX) return
  busyUntilS = startS + secondsOf(sound)
  for (const { hz, atS } of NOTES[sound]) strike(context, { hz, atS: startS + atS }, GAINS[volume])
}

function strike(on: AudioContext, { hz, atS }: Note, loudest: number): void {
  const gain = new GainNode(on, { gain: 0 })
  gain.gain.setValueAtTime(0, atS)
  gain.gain.linearRampToValueAtTime(loudest, atS + ATTACK_S)
  gain.gain.exponentialRampToValueAtTime(SILENCE, atS + NOTE_S)
  gain.connect(on.destination)
  const wave = new OscillatorNode(on, { frequency: hz })
  wave.connect(gain)
  wave.start(atS)
  wave.stop(atS + NOTE_S)
}
