import { describe, expect, test } from 'vitest'
import { DEFAULT as DISPLAY } from '#lib/display/display-choice.ts'
import { DEFAULT as NOTATION } from '#lib/notation/notation.ts'
import { DEFAULT as SHORTCUTS } from '#lib/shortcuts/key-map.ts'
import { DEFAULT as SOUNDS } from '#lib/sounds/sound-choice.ts'
import { DEFAULT as TRADING } from '#lib/trading/trading-choice.ts'
import { initialPreferencesOf, cookiesOf } from './initial-preferences.ts'

const cookies: Record<string, string> = {
  valiant_theme: 'light',
  valiant_palette: 'cb',
  valiant_display: 'roomy.hollow',
  valiant_favourites: 'NOVA.EUR-USD',
  valiant_notation: 'comma.local.in-Europe/Berlin',
  valiant_panels: 'wide-book-300',
  valiant_shortcuts: 'buy-6e.sell-f6',
  valiant_sounds: 'loud.filled',
  valiant_trading: '1000.no-keys',
}
const here = (name: string) => cookies[name]
const nowhere = () => undefined
const ofCookies = {
  appearance: { choice: 'light', palette: 'cb' },
  display: { ...DISPLAY, rows: 'roomy', hasHollowRises: true },
  favourites: ['NOVA', 'EUR-USD'],
  notation: { numbers: 'comma', isLocal: true, hasTwelveHours: false, timeZone: 'Europe/Berlin' },
  panels: { wide: { book: 300 } },
  shortcuts: { ...SHORTCUTS, buy: 'n', sell: 'ö' },
  sounds: { ...SOUNDS, filled: true, volume: 'loud' },
  trading: { isOneClick: false, askAbove: 1_000, cancelOnDisconnectMs: 0, hasKeys: false },
}
const kept = {
  appearance: { choice: 'system', palette: 'rg' },
  display: { ...DISPLAY, hasFlash: false },
  favourites: ['VLNT'],
  notation: { numbers: 'space', isLocal: false, hasTwelveHours: true },
  panels: { narrow: { ticket: 320 } },
  shortcuts: { ...SHORTCUTS, buy: 's', sell: 'b', theme: ';' },
  sounds: { ...SOUNDS, alert: true },
  trading: { isOneClick: true, askAbove: 100_000, cancelOnDisconnectMs: 60_000, hasKeys: true },
}

describe('a page begins with', () => {
  test('what the user keeps, wherever they come from', () => {
    expect(initialPreferencesOf(kept, here)).toEqual(kept)
    expect(initialPreferencesOf(kept, nowhere)).toEqual(kept)
  })
  test('the cookies, where nothing is kept, or nobody is there, or the database is away', () => {
    expect(initialPreferencesOf({}, here)).toEqual(ofCookies)
    expect(initialPreferencesOf(undefined, here)).toEqual(ofCookies)
    expect(initialPreferencesOf({ favourites: [] }, here)).toEqual({ ...ofCookies, favourites: [] })
    const { appearance, favourites, panels } = initialPreferencesOf(undefined, nowhere)
    expect([appearance, favourites, panels]).toEqual([{ choice: 'dark', palette: 'default' }, [], {}])
  })
  test('what was changed here and is not saved yet', () => {
    const unsaved = (name: string) => (name === 'valiant_unsaved' ? 'favourites.odd' : here(name))
    expect(initialPreferencesOf(kept, unsaved)).toEqual({ ...kept, favourites: ofCookies.favourites })
  })
  test('nothing that any other program kept under these keys', () => {
    const odd = {
      appearance: { choice: 'pink' },
      display: 'roomy',
      favourites: 'NOVA',
      notation: 'comma',
      panels: 7,
      shortcuts: 'buy-6e',
      sounds: [1],
      trading: 'one-click',
    }
    expect(initialPreferencesOf(odd, here)).toEqual(ofCookies)
    const half = {
      appearance: { choice: 'light', palette: 3 },
      favourites: ['NOVA', 1, '<b>', 'NOVA'],
      notation: { numbers: 'roman', isLocal: 'yes', timeZone: 'Europe/Berlin' },
      panels: [],
    }
    expect(initialPreferencesOf(half, nowhere)).toEqual({
      ...{ appearance: { choice: 'light', palette: 'default' }, favourites: ['NOVA'], panels: {} },
      ...{ display: DISPLAY, notation: NOTATION, shortcuts: SHORTCUTS, sounds: SOUNDS, trading: TRADING },
    })
  })
})

test('where this browser is, is its cookie’s to say, whatever the user keeps', () => {
  const local = { notation: { numbers: 'point', isLocal: true, hasTwelveHours: true } }
  expect(initialPreferencesOf(local, here).notation).toEqual({ ...local.notation, timeZone: 'Europe/Berlin' })
  expect(initialPreferencesOf(local, nowhere).notation).toEqual({ ...local.notation, timeZone: undefined })
  const strange = () => 'point.local.in-Europe/Atlantis'
  expect(initialPreferencesOf(local, strange).notation.timeZone).toBeUndefined()
})

test('the cookies that are written say the same when they are read', () => {
  const written = Object.fromEntries(cookiesOf(initialPreferencesOf(kept, nowhere)))
  expect(initialPreferencesOf(undefined, (name) => written[name])).toEqual(kept)
})
