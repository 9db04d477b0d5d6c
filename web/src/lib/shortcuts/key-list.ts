import { keyLabel, type KeyMap } from './key-map.ts'

/** Keys, and what they do. */
export type KeyEntry = readonly [keys: string, does: string]

const FIRST: readonly KeyEntry[] = [
  ['/', 'Search markets'],
  ['Shift P', 'Speak bid, ask and last'],
]
const OF_TICKET: readonly KeyEntry[] = [
  ['Alt 1 to 5', 'Limit, market, stop, stop limit, trailing stop'],
  ['↑ ↓', 'Price by a tick (Shift: 10)'],
  ['Ctrl Enter', 'Send the order'],
]
const OF_LISTS: readonly KeyEntry[] = [
  ['E, Del', 'In a list: change, cancel or close the row'],
  ['1 to 9', 'Interval of the chart'],
  ['Alt H, Alt T', 'Draw a horizontal line, a trend line; Del removes it'],
  ['Ctrl Z', 'Undo what was drawn, moved or removed'],
  ['Alt ↑ ↓', 'Next instrument'],
]
const LAST: readonly KeyEntry[] = [
  ['F6', 'Next panel'],
  ['Esc', 'Back, close'],
  ['?', 'This list'],
]

/** Those that cannot be changed. */
export const FIXED_KEYS: readonly KeyEntry[] = [...FIRST, ...OF_TICKET, ...OF_LISTS, ...LAST]

/** All keys, in the order of the page. */
export function allKeys(map: KeyMap): readonly KeyEntry[] {
  const label = (shortcut: keyof KeyMap) => keyLabel(map[shortcut])
  return [
    ...FIRST,
    [`${label('pages')} then M, T, P, A`, 'Markets, trade, portfolio, account'],
    [label('theme'), 'Light or dark'],
    [`${label('buy')}, ${label('sell')}`, 'Buy or sell ticket'],
    [`${label('limit')}, ${label('market')}`, 'Limit or market'],
    [`${label('percentDown')} ${label('percentUp')}`, 'Percent down, up'],
    ...OF_TICKET,
    [`${label('cancelAll')}, ${label('close')}`, 'Cancel all, close the position: asks in place'],
    ...OF_LISTS,
    [label('favourite'), 'Favourite'],
    ...LAST,
  ]
}
