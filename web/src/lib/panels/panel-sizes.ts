/** Breakpoints with a layout of their own: from 1024, from 1440 and from 1800 pixels. */
export const SCREENS = { narrow: 1_024, wide: 1_440, widest: 1_800 } as const
export type Screen = keyof typeof SCREENS

/** Resizable panels: the widths of book and ticket, the height of the lists at the bottom. The chart takes the rest. */
export const PANELS = { book: { minPx: 200 }, ticket: { minPx: 288 }, bottom: { minPx: 120 } } as const
export type Panel = keyof typeof PANELS

/** The chart is never smaller. */
export const CHART_MIN_PX = { width: 420, height: 260 }
/** Larger than any screen: stored values may come from anywhere. */
const SIZE_MAX_PX = 4_000

/** Chosen sizes in pixels; panels without one have the default size. */
export type PanelSizes = Readonly<Partial<Record<Screen, Readonly<Partial<Record<Panel, number>>>>>>

export const PANELS_COOKIE = 'valiant_panels'

const screens = Object.keys(SCREENS) as Screen[]
const panels = Object.keys(PANELS) as Panel[]

/** @returns undefined on narrow pages, which lay panels out differently */
export const screenOf = (widthPx: number): Screen | undefined =>
  screens.findLast((screen) => widthPx >= SCREENS[screen])

/** Parses the user's stored sizes; undefined for anything else. */
export function panelSizesFrom(value: unknown): PanelSizes | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const found = value as Partial<Record<Screen, unknown>>
  return sizesOf((screen, panel) => {
    const ofScreen = found[screen]
    return typeof ofScreen === 'object' && ofScreen !== null
      ? (ofScreen as Partial<Record<Panel, unknown>>)[panel]
      : undefined
  })
}

/** Parses the cookie: sizes such as "wide-book-300", separated by dots. */
export function panelSizesOf(cookie: string | undefined): PanelSizes {
  const texts = (cookie ?? '').split('.')
  return sizesOf((screen, panel) => {
    const before = `${screen}-${panel}-`
    const text = texts.find((one) => one.startsWith(before))
    return text === undefined ? undefined : Number(text.slice(before.length))
  })
}

export const panelCookies = (sizes: PanelSizes): [string, string][] => [
  [PANELS_COOKIE, chosenIn(sizes, ({ screen, panel, px }) => `${screen}-${panel}-${px}`).join('.')],
]

/** The sizes as custom properties of the workspace, whose media queries pick those that apply. */
export const panelStyle = (sizes: PanelSizes): string =>
  chosenIn(sizes, ({ screen, panel, px }) => `--${screen}-${panel}: ${px}px`).join('; ')

/** The sizes with one of them changed. @param px undefined resets it */
export function withSize(
  sizes: PanelSizes,
  { screen, panel, px }: { screen: Screen; panel: Panel; px: number | undefined },
): PanelSizes {
  return sizesOf((of, one) => (of === screen && one === panel ? px : sizes[of]?.[one]))
}

function sizesOf(read: (screen: Screen, panel: Panel) => unknown): PanelSizes {
  const entries = screens.map((screen) => {
    const ofScreen = panels.flatMap((panel) => {
      const px = read(screen, panel)
      return isSize(px, panel) ? [[panel, Math.round(px)] as const] : []
    })
    return [screen, Object.fromEntries(ofScreen)] as const
  })
  return Object.fromEntries(entries.filter(([, ofScreen]) => Object.keys(ofScreen).length > 0))
}

const isSize = (px: unknown, panel: Panel): px is number =>
  typeof px === 'number' && px >= PANELS[panel].minPx && px <= SIZE_MAX_PX

const chosenIn = <Of>(sizes: PanelSizes, make: (one: { screen: Screen; panel: Panel; px: number }) => Of): Of[] =>
  screens.flatMap((screen) =>
    panels.flatMap((panel) => {
      const px = sizes[screen]?.[panel]
      return px === undefined ? [] : [make({ screen, panel, px })]
    }),
  )
