/** The canvas's colors, read from the page's tokens: a canvas cannot use custom properties. */
export interface ChartColors {
  /** The page's background under the canvas. */
  readonly ground: string
  readonly text: string
  readonly grid: string
  readonly line: string
  readonly crosshair: string
  readonly label: string
  readonly up: string
  readonly down: string
  readonly upVolume: string
  readonly downVolume: string
  readonly average1: string
  readonly average2: string
  /** The price as a line, and the area under it: neither rising nor falling, nor the color of own orders. */
  readonly price: string
  readonly underPrice: string
  readonly strength: string
  /** The library writes on the label of a series in white or black, legibly on these colors. */
  readonly strengthLabel: string
  readonly upLabel: string
  readonly downLabel: string
  readonly you: string
  readonly youSolid: string
  /** Drawings and their labels, which do not turn gray. */
  readonly drawn: string
  readonly ink: string
  /** In this palette the second average is dashed, since colors differ less. */
  readonly isBlueOrange: boolean
  /** By choice, and always in the blue and orange palette. */
  readonly hasHollowRises: boolean
}

/** @param isStale everything gray: only live prices have color */
export function chartColors(element: Element, isStale: boolean): ChartColors {
  const style = getComputedStyle(element)
  const token = (name: string) => style.getPropertyValue(name).trim()
  const grey = token('--fg-3')
  const live = (name: string) => (isStale ? grey : token(name))
  const oldLabel = token('--line-2')
  const { palette, rises } = document.documentElement.dataset
  const isBlueOrange = palette === 'cb'
  return {
    ground: token('--bg-1'),
    text: grey,
    grid: token('--grid'),
    line: token('--line'),
    crosshair: token('--ctl'),
    label: oldLabel,
    up: live('--up'),
    down: live('--down'),
    upVolume: isStale ? token('--line-2') : token('--up-volume'),
    downVolume: isStale ? token('--line-2') : token('--down-volume'),
    average1: live('--ma-1'),
    average2: live('--ma-2'),
    price: live('--fg-2'),
    underPrice: token('--grid'),
    strength: live('--fg-2'),
    strengthLabel: isStale ? oldLabel : token('--fg-2'),
    upLabel: isStale ? oldLabel : token('--up-solid'),
    downLabel: isStale ? oldLabel : token('--down-solid'),
    you: live('--you'),
    youSolid: isStale ? token('--ctl') : token('--you-solid'),
    drawn: token('--you'),
    ink: token('--fg-1'),
    isBlueOrange,
    hasHollowRises: isBlueOrange || rises === 'hollow',
  }
}

/** The colors around the chart in its picture. */
export interface PictureColors {
  readonly background: string
  readonly ink: string
  readonly lesser: string
}

export function pictureColors(element: Element): PictureColors {
  const style = getComputedStyle(element)
  const token = (name: string) => style.getPropertyValue(name).trim()
  return { background: token('--bg-1'), ink: token('--fg-1'), lesser: token('--fg-3') }
}

/** Calls back when theme, palette or candle style change. @returns stops that */
export function onThemeChange(changed: () => void): () => void {
  const observer = new MutationObserver(changed)
  observer.observe(document.documentElement, { attributeFilter: ['data-theme', 'data-palette', 'data-rises'] })
  return () => observer.disconnect()
}
