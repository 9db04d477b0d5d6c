/** Events with a sound: an order filled, an order refused, a price alert fired. */
export const SOUNDS = ['filled', 'refused', 'alert'] as const
export type Sound = (typeof SOUNDS)[number]

export const VOLUMES = ['quiet', 'medium', 'loud'] as const
export type Volume = (typeof VOLUMES)[number]

/** The sounds the visitor wants. Stored with the user, and in a cookie, which all tabs read. */
export type SoundChoice = Readonly<Record<Sound, boolean>> & { readonly volume: Volume }

export const SOUNDS_COOKIE = 'valiant_sounds'
/** Silent by default. */
export const DEFAULT: SoundChoice = { filled: false, refused: false, alert: false, volume: 'medium' }

/** In the cookie: words joined by dots. */
export function soundsOf(cookie: string | undefined): SoundChoice {
  const words = (cookie ?? '').split('.')
  const isOn = (sound: Sound) => words.includes(sound)
  return {
    filled: isOn('filled'),
    refused: isOn('refused'),
    alert: isOn('alert'),
    volume: VOLUMES.find((volume) => words.includes(volume)) ?? DEFAULT.volume,
  }
}

export const soundsCookies = (choice: SoundChoice): [string, string][] => [
  [SOUNDS_COOKIE, [choice.volume, ...SOUNDS.filter((sound) => choice[sound])].join('.')],
]

/** Parses the user's stored choice; undefined for anything else. */
export function soundsFrom(value: unknown): SoundChoice | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { filled, refused, alert, volume } = value as Partial<Record<keyof SoundChoice, unknown>>
  return {
    filled: filled === true,
    refused: refused === true,
    alert: alert === true,
    volume: VOLUMES.find((known) => known === volume) ?? DEFAULT.volume,
  }
}
