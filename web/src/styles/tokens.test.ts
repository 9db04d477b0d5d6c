import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { textOn } from '#lib/chart/label-text.ts'

/* The contrast of texts on what they are drawn over (WCAG 2.2, 1.4.3), computed from the tokens themselves. */

const RULES = rulesOf(readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8'))
const AA = 4.5

const SURFACES = ['--bg-0', '--bg-1', '--bg-2', '--bg-3']
const TEXTS = ['--fg-1', '--fg-2', '--fg-3', '--up', '--down', '--danger', '--you', '--warn']

describe.each(['dark', 'light'])('in the %s theme', (theme) => {
  test.each(['default', 'rg', 'cb'])('with palette %s every text has the contrast of AA', (palette) => {
    const tokens = tokensOf(theme, palette)
    const color = (name: string) => parsed(tokens, name)
    for (const surface of SURFACES) {
      for (const text of TEXTS) expectContrast(`${text} on ${surface}`, color(text), color(surface))
    }
    // The legend of the chart, and receipts with the count of those behind them.
    for (const text of ['--ma-1', '--ma-2']) expectContrast(`${text} in the legend`, color(text), color('--bg-1'))
    const receipt = over(color('--you-soft'), color('--bg-1'))
    for (const text of ['--fg-1', '--fg-2', '--you']) expectContrast(`${text} on a receipt`, color(text), receipt)
    for (const solid of ['--up-solid', '--down-solid', '--danger-solid']) {
      expectContrast(`--on-solid on ${solid}`, color('--on-solid'), color(solid))
    }
    expectContrast('--on-you on --you-solid', color('--on-you'), color('--you-solid'))
    // The chart's own labels at the axis, live and old.
    for (const label of ['--up', '--down', '--you-solid', '--fg-3', '--ctl']) {
      const text: Color = textOn(hex(color(label))) === 'white' ? [255, 255, 255, 1] : [0, 0, 0, 1]
      expectContrast(`the price on ${label}`, text, color(label))
    }
  })
})

type Color = readonly [red: number, green: number, blue: number, alpha: number]

const hex = ([red, green, blue]: Color): string =>
  `#${[red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')}`

function expectContrast(what: string, text: Color, behind: Color): void {
  const [lighter = 0, darker = 0] = [luminance(text), luminance(behind)].sort((one, other) => other - one)
  expect((lighter + 0.05) / (darker + 0.05), what).toBeGreaterThanOrEqual(AA)
}

/** Relative luminance, WCAG 2.2. */
function luminance([red, green, blue]: Color): number {
  const linear = (value: number) => (value <= 10.31475 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4)
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

function over([red, green, blue, alpha]: Color, [redBelow, greenBelow, blueBelow]: Color): Color {
  const mixed = (above: number, below: number) => above * alpha + below * (1 - alpha)
  return [mixed(red, redBelow), mixed(green, greenBelow), mixed(blue, blueBelow), 1]
}

interface Rule {
  readonly selectors: readonly string[]
  readonly tokens: Readonly<Record<string, string>>
}

function rulesOf(css: string): readonly Rule[] {
  const plain = css.replaceAll(/\/\*.*?\*\//gs, '')
  return [...plain.matchAll(/([^{}]+)\{([^{}]*)\}/g)].map(([, selector = '', body = '']) => ({
    selectors: selector.split(',').map((one) => one.trim()),
    tokens: Object.fromEntries(
      [...body.matchAll(/(--[\w-]+):\s*([^;]+);/g)].map(([, name = '', value = '']) => [name, value]),
    ),
  }))
}

/** The tokens of a root element with a theme and a palette. */
function tokensOf(theme: string, palette: string): Readonly<Record<string, string>> {
  const [themed, colored] = [`[data-theme='${theme}']`, `[data-palette='${palette}']`]
  const matching = [':root', '[data-theme]', themed, colored, `${colored}${themed}`]
  const rules = RULES.filter(({ selectors }) => selectors.some((one) => matching.includes(one)))
  return Object.assign({}, ...rules.map(({ tokens }) => tokens)) as Readonly<Record<string, string>>
}

function parsed(tokens: Readonly<Record<string, string>>, name: string): Color {
  const value = tokens[name] ?? ''
  const reference = /^var\((--[\w-]+)\)$/.exec(value)?.[1]
  if (reference !== undefined) return parsed(tokens, reference)
  const hex = /^#(..)(..)(..)$/.exec(value)?.slice(1)
  const numbers = hex?.map((part) => parseInt(part, 16)) ?? value.match(/[\d.]+/g)?.map(Number) ?? []
  const [red, green, blue, alpha = 1] = numbers
  if (red === undefined || green === undefined || blue === undefined) throw new Error(`${name} is no color: ${value}`)
  return [red, green, blue, alpha]
}
