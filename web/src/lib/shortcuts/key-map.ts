/** The commands with a single key that visitors can change, in the order in which they are listed. */
export const SHORTCUTS = [
  'buy',
  'sell',
  'limit',
  'market',
  'percentDown',
  'percentUp',
  'cancelAll',
  'close',
  'favourite',
  'theme',
  'pages',
] as const
export type Shortcut = (typeof SHORTCUTS)[number]

/** A key for each command, as `keyOf` names it. No key has two commands. */
export type KeyMap = Readonly<Record<Shortcut, string>>

export const SHORTCUTS_COOKIE = 'valiant_shortcuts'
export const DEFAULT: KeyMap = {
  buy: 'b',
  sell: 's',
  limit: 'l',
  market: 'm',
  percentDown: '[',
  percentUp: ']',
  cancelAll: 'x',
  close: 'c',
  favourite: 'f',
  theme: 't',
  pages: 'g',
}

export const SHORTCUT_NAMES: Readonly<Record<Shortcut, string>> = {
  buy: 'Buy ticket',
  sell: 'Sell ticket',
  limit: 'Limit order',
  market: 'Market order',
  percentDown: 'Percent down',
  percentUp: 'Percent up',
  cancelAll: 'Cancel all orders',
  close: 'Close the position',
  favourite: 'Favourite',
  theme: 'Light or dark',
  pages: 'Go to a page',
}

/** What keys do whose command cannot be changed. Digits are here too: they follow the bar of intervals. */
const RESERVED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ' ': 'Space presses what has the focus.',
    Tab: 'Tab moves the focus.',
    Enter: 'Enter presses what has the focus.',
    Escape: 'Esc goes back.',
    ArrowUp: 'Arrows move the price.',
    ArrowDown: 'Arrows move the price.',
    ArrowLeft: 'Arrows move in what has the focus.',
    ArrowRight: 'Arrows move in what has the focus.',
    F6: 'F6 goes to the next panel.',
    Delete: 'Del removes what has the focus.',
    '/': '/ opens the search.',
    '?': '? opens the list of keys.',
    '+': '+ zooms the chart.',
    '-': '- zooms the chart.',
    e: 'E changes the row that has the focus.',
    ...Object.fromEntries(Array.from('123456789', (digit) => [digit, `${digit} picks an interval of the chart.`])),
  }),
)
/** They are held down with another key, which has not been pressed yet. */
const MODIFIERS: readonly string[] = ['Shift', 'Control', 'Alt', 'AltGraph', 'Meta', 'CapsLock', 'NumLock', 'Fn']

/** What the functions here read of a press. */
export type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'shiftKey' | 'ctrlKey' | 'altKey' | 'metaKey'>

/**
 * The key of a press, as it is chosen, stored and compared. It is the character that the layout writes (`event.key`), not the
 * position (`event.code`): visitors know their keys by what is printed on them, and B is elsewhere on Dvorak, [ on AZERTY.
 * Keyboards for another script write no Latin letters, though most have them printed on the keys as well: there, the
 * position gives the letter of the US layout. So B works under Cyrillic, and stays B when the layout changes.
 * Caps Lock makes no difference; Shift with a letter is another key.
 * @returns undefined for what writes no character by itself, such as dead keys
 */
export function keyOf({ key, code, shiftKey }: KeyPress): string | undefined {
  const character = (WRITTEN.test(key) ? key : key.length === 1 ? atPosition(code) : undefined)?.toLowerCase()
  if (character?.length !== 1 || (shiftKey && /\p{L}/u.test(character))) return undefined
  return character
}

/** What a keyboard for Latin writes: letters with and without accents, digits and signs. */
const WRITTEN = /^(?:\p{Script=Latin}|[ -~]|\p{P}|\p{S})$/u

const BRACKETS: Readonly<Record<string, string>> = { BracketLeft: '[', BracketRight: ']' }
const atPosition = (code: string): string | undefined => BRACKETS[code] ?? /^Key([A-Z])$/.exec(code)?.[1]

/** The command of a press; the caller judges where it was pressed and with which modifiers. */
export function shortcutOf(map: KeyMap, press: KeyPress): Shortcut | undefined {
  const key = keyOf(press)
  return key === undefined ? undefined : SHORTCUTS.find((one) => map[one] === key)
}

/** What a press means where a new key is awaited. */
export type Choice = { readonly key: string } | { readonly refused: string } | 'waiting'

/** @returns the key that it chooses, a sentence that says why it cannot, or 'waiting' while only a modifier is down */
export function choiceOf(press: KeyPress): Choice {
  if (MODIFIERS.includes(press.key)) return 'waiting'
  if (press.ctrlKey || press.altKey || press.metaKey) return { refused: 'Keys with Ctrl, Alt or ⌘ are the browser’s.' }
  const key = keyOf(press)
  const why = RESERVED.get(press.key) ?? RESERVED.get(key ?? '')
  if (why !== undefined) return { refused: why }
  if (key !== undefined) return { key }
  return { refused: press.shiftKey ? 'A letter is pressed without Shift.' : 'That key writes no character by itself.' }
}

/** The command that has a key already, other than the one that is to get it. */
export const holderOf = (map: KeyMap, shortcut: Shortcut, key: string): Shortcut | undefined =>
  SHORTCUTS.find((one) => one !== shortcut && map[one] === key)

/** Gives a command a key; the one that had it gets the former key in exchange. */
export function assigned(map: KeyMap, shortcut: Shortcut, key: string): KeyMap {
  const holder = holderOf(map, shortcut, key)
  return { ...map, ...(holder && { [holder]: map[shortcut] }), [shortcut]: key }
}

/** As it is printed on a keyboard. */
export function keyLabel(key: string): string {
  const large = key.toUpperCase()
  return large.length === 1 ? large : key
}

/** Parses the user's stored map; undefined for anything else. A key that is none, or another command's, is the default. */
export function shortcutsFrom(value: unknown): KeyMap | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return mapOf((shortcut) =>
    Object.hasOwn(value, shortcut) ? (value as Record<string, unknown>)[shortcut] : undefined,
  )
}

/** In the cookie: words joined by dots, one for each changed key, which is written as its code so that it needs no quoting. */
export function shortcutsOf(cookie: string | undefined): KeyMap {
  const words = (cookie ?? '').split('.').map((word) => word.split('-'))
  return mapOf((shortcut) => {
    const code = words.find(([name]) => name === shortcut)?.[1] ?? ''
    return /^[\da-f]{1,4}$/.test(code) ? String.fromCharCode(Number.parseInt(code, 16)) : undefined
  })
}

export const shortcutsCookies = (map: KeyMap): [string, string][] => [
  [
    SHORTCUTS_COOKIE,
    SHORTCUTS.filter((one) => map[one] !== DEFAULT[one])
      .map((one) => `${one}-${map[one].charCodeAt(0).toString(16)}`)
      .join('.'),
  ],
]

function mapOf(stored: (shortcut: Shortcut) => unknown): KeyMap {
  const map: Record<Shortcut, string> = { ...DEFAULT }
  for (const one of SHORTCUTS) {
    const key = stored(one)
    if (isKey(key)) map[one] = key
  }
  // Defaults are distinct, so of two commands with one key at least one has another default to go back to.
  for (;;) {
    const clash = SHORTCUTS.findLast((one) => map[one] !== DEFAULT[one] && holderOf(map, one, map[one]) !== undefined)
    if (clash === undefined) return map
    map[clash] = DEFAULT[clash]
  }
}

/** Whether a stored value is a key that a press could have chosen. */
function isKey(value: unknown): value is string {
  if (typeof value !== 'string') return false
  const choice = choiceOf({ key: value, code: '', shiftKey: false, ctrlKey: false, altKey: false, metaKey: false })
  return choice !== 'waiting' && 'key' in choice && choice.key === value
}
