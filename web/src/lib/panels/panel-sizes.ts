/** Breakpoints with a layout of their own: from 1024, from 1440 and from 1800 pixels. */
const SCREENS = { narrow: 1_024, wide: 1_440, widest: 1_800 } as const
export type Screen = keyof typeof SCREENS

/** Resizable panels: the widths of book and ticket, the height of the lists at the bottom. The chart takes the rest. */
export const PANELS = { book: { minPx: 200 }, ticket: { minPx: 288 }, bottom: { minPx: 120 } } as const
export type Panel = keyof typeof PANELS
/** Panels that can be hidden; without the ticket nothing could be traded. */
export type HideablePanel = Exclude<Panel, 'ticket'>

/** In place of a size: the panel is not shown, and the chart has its room. */
export const HIDDEN = 'hidden'
/** In pixels. */
export type PanelSize = number | typeof HIDDEN

/** The chart is never smaller. */
export const CHART_MIN_PX = { width: 420, height: 260 }
/** Larger than any screen: stored values may come from anywhere. */
const SIZE_MAX_PX = 4_000

/** Chosen sizes; panels without one have the default size. */
export type PanelSizes = Readonly<Partial<Record<Screen, Readonly<Partial<Record<Panel, PanelSize>>>>>>

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

/** Parses the cookie: sizes such as "wide-book-300" or "wide-book-hidden", separated by dots. */
export function panelSizesOf(cookie: string | undefined): PanelSizes {
  const texts = (cookie ?? '').split('.')
  return sizesOf((screen, panel) => {
    const before = `${screen}-${panel}-`
    const text = texts.find((one) => one.startsWith(before))
    const size = text?.slice(before.length)
    return size === undefined || size === HIDDEN ? size : Number(size)
  })
}

export const panelText = (sizes: PanelSizes): string =>
  chosenIn(sizes, ({ screen, panel, size }) => `${screen}-${panel}-${size}`).join('.')

export const panelCookies = (sizes: PanelSizes): [string, string][] => [[PANELS_COOKIE, panelText(sizes)]]

/**
 * The sizes as custom properties of the workspace, whose media queries pick those that apply. A hidden panel has no size
 * and no box, and the chart reaches to its end.
 */
export const panelStyle = (sizes: PanelSizes): string =>
  chosenIn(sizes, ({ screen, panel, size }) => {
    const name = `--${screen}-${panel}`
    return size === HIDDEN ? `${name}: 0px; ${name}-display: none; ${name}-chart: ${panel}-end` : `${name}: ${size}px`
  }).join('; ')

/** The sizes with one of them changed. @param size undefined resets it */
export function withSize(
  sizes: PanelSizes,
  { screen, panel, size }: { screen: Screen; panel: Panel; size: PanelSize | undefined },
): PanelSizes {
  return sizesOf((of, one) => (of === screen && one === panel ? size : sizes[of]?.[one]))
}

/** The sizes without those of a breakpoint. */
export const withoutSizes = (sizes: PanelSizes, screen: Screen): PanelSizes =>
  sizesOf((of, one) => (of === screen ? undefined : sizes[of]?.[one]))

function sizesOf(read: (screen: Screen, panel: Panel) => unknown): PanelSizes {
  const entries = screens.map((screen) => {
    const ofScreen = panels.flatMap((panel): (readonly [Panel, PanelSize])[] => {
      const size = read(screen, panel)
      if (size === HIDDEN && panel !== 'ticket') return [[panel, HIDDEN]]
      return isPixels(size, panel) ? [[panel, Math.round(size)]] : []
    })
    return [screen, Object.fromEntries(ofScreen)] as const
  })
  return Object.fromEntries(entries.filter(([, ofScreen]) => Object.keys(ofScreen).length > 0))
}

const isPixels = (px: unknown, panel: Panel): px is number =>
  typeof px === 'number' && px >= PANELS[panel].minPx && px <= SIZE_MAX_PX

const chosenIn = <Of>(sizes: PanelSizes, make: (one: { screen: Screen; panel: Panel; size: PanelSize }) => Of): Of[] =>
  screens.flatMap((screen) =>
    panels.flatMap((panel) => {
      const size = sizes[screen]?.[panel]
      return size === undefined ? [] : [make({ screen, panel, size })]
    }),
  )
