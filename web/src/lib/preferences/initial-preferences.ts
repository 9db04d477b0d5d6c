import {
  DISPLAY_COOKIE,
  type DisplayChoice,
  displayCookies,
  displayFrom,
  displayOf,
} from '#lib/display/display-choice.ts'
import { type Appearance, appearanceFrom, appearanceOf, appearanceCookies } from '#lib/session/appearance.ts'
import { type Notation, NOTATION_COOKIE, notationCookies, notationFrom, notationOf } from '#lib/notation/notation.ts'
import { type PanelSizes, panelCookies, panelSizesFrom, panelSizesOf, PANELS_COOKIE } from '#lib/panels/panel-sizes.ts'
import { type KeyMap, SHORTCUTS_COOKIE, shortcutsCookies, shortcutsFrom, shortcutsOf } from '#lib/shortcuts/key-map.ts'
import { SOUNDS_COOKIE, type SoundChoice, soundsCookies, soundsFrom, soundsOf } from '#lib/sounds/sound-choice.ts'
import { FAVOURITES_COOKIE, favouritesCookies, favouritesFrom, favouritesOf } from '#lib/watchlist/favourites.ts'
import {
  type TradingChoice,
  tradingCookies,
  tradingFrom,
  tradingOf,
  TRADING_COOKIE,
} from '#lib/trading/trading-choice.ts'
import { type SyncedKey, type SyncedValues, UNSAVED_COOKIE, unsavedOf } from './synced.ts'

/** What a page is painted with of what its visitor chose. */
export interface InitialPreferences {
  readonly appearance: Appearance
  readonly display: DisplayChoice
  readonly favourites: readonly string[]
  readonly notation: Notation
  readonly panels: PanelSizes
  readonly shortcuts: KeyMap
  readonly sounds: SoundChoice
  readonly trading: TradingChoice
}

/**
 * What the user keeps goes before this browser's cookies, so that no page is painted twice; but for what was changed here
 * and is not saved yet.
 * @param kept undefined without a user, or where it cannot be read now
 * @param cookie reads a cookie of the request by name
 */
export function initialPreferencesOf(
  kept: SyncedValues | undefined,
  cookie: (name: string) => string | undefined,
): InitialPreferences {
  const unsaved = unsavedOf(cookie(UNSAVED_COOKIE))
  const stored = (key: SyncedKey) => (unsaved.includes(key) ? undefined : kept?.[key])
  return {
    appearance: appearanceFrom(stored('appearance')) ?? appearanceOf(cookie),
    display: displayFrom(stored('display')) ?? displayOf(cookie(DISPLAY_COOKIE)),
    favourites: favouritesFrom(stored('favourites')) ?? favouritesOf(cookie(FAVOURITES_COOKIE)),
    notation: notationOf(cookie(NOTATION_COOKIE), notationFrom(stored('notation'))),
    panels: panelSizesFrom(stored('panels')) ?? panelSizesOf(cookie(PANELS_COOKIE)),
    shortcuts: shortcutsFrom(stored('shortcuts')) ?? shortcutsOf(cookie(SHORTCUTS_COOKIE)),
    sounds: soundsFrom(stored('sounds')) ?? soundsOf(cookie(SOUNDS_COOKIE)),
    trading: tradingFrom(stored('trading')) ?? tradingOf(cookie(TRADING_COOKIE)),
  }
}

/** The cookies that say the same, as names and values. */
export const cookiesOf = ({
  appearance,
  display,
  favourites,
  notation,
  panels,
  shortcuts,
  sounds,
  trading,
}: InitialPreferences): [string, string][] => [
  ...appearanceCookies(appearance),
  ...displayCookies(display),
  ...favouritesCookies(favourites),
  ...notationCookies(notation),
  ...panelCookies(panels),
  ...shortcutsCookies(shortcuts),
  ...soundsCookies(sounds),
  ...tradingCookies(trading),
]
