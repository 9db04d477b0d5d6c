/** Points `[x, y]` with increasing x. */
export interface Series {
  readonly name: string
  readonly points: readonly (readonly [number, number])[]
}
interface Panel {
  readonly title: string
  readonly series: readonly Series[]
}

const WIDTH = 420
const HEIGHT = 240
const LEFT = 56
const RIGHT = 16
const TOP = 32
const BOTTOM = 40
/** Distinguishable without colors too, by their dashes. */
const LINES = [
  { color: '#1f6feb', dashes: '' },
  { color: '#c2410c', dashes: '6 4' },
  { color: '#15803d', dashes: '2 3' },
] as const
const GRID_LINES = 4

/** An SVG of panels, two per row, with a logarithmic x axis. */
export function plotOf(xTitle: string, panels: readonly Panel[]): string {
  const rows = Math.ceil(panels.length / 2)
  const size = `width="${2 * WIDTH}" height="${rows * HEIGHT}" viewBox="0 0 ${2 * WIDTH} ${rows * HEIGHT}"`
  const style = 'font-family="system-ui, sans-serif" font-size="11"'
  const drawn = panels.map((panel, at) => {
    const place = `translate(${(at % 2) * WIDTH} ${Math.floor(at / 2) * HEIGHT})`
    return `<g transform="${place}">\n${panelOf(xTitle, panel)}\n</g>`
  })
  const background = '<rect width="100%" height="100%" fill="#ffffff"/>'
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${style}>\n${background}\n${drawn.join('\n')}\n</svg>\n`
}

function panelOf(xTitle: string, { title, series }: Panel): string {
  const points = series.flatMap((one) => one.points).filter(([, y]) => Number.isFinite(y))
  const xs = [...new Set(points.map(([x]) => x))].sort((a, b) => a - b)
  const yMax = niceAbove(Math.max(1, ...points.map(([, y]) => y)))
  const [low = 1, high = 10] = [xs[0], xs.at(-1)]
  const span = Math.log(high) - Math.log(low)
  const xOf = (x: number) => LEFT + (span === 0 ? 0.5 : (Math.log(x) - Math.log(low)) / span) * (WIDTH - LEFT - RIGHT)
  const yOf = (y: number) => HEIGHT - BOTTOM - (y / yMax) * (HEIGHT - TOP - BOTTOM)
  const parts = [text(LEFT, 18, title, 'start', 'bold')]
  for (let line = 0; line <= GRID_LINES; line++) {
    const value = (yMax * line) / GRID_LINES
    const y = yOf(value).toFixed(1)
    parts.push(`<path d="M${LEFT} ${y}H${WIDTH - RIGHT}" stroke="#d0d7de"/>`)
    parts.push(text(LEFT - 6, Number(y) + 4, value.toLocaleString('en', { maximumFractionDigits: 1 }), 'end'))
  }
  for (const x of xs) parts.push(text(xOf(x), HEIGHT - BOTTOM + 16, x.toLocaleString('en'), 'middle'))
  parts.push(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, xTitle, 'middle'))
  for (const [at, one] of series.entries()) {
    const { color, dashes } = LINES[at % LINES.length] ?? LINES[0]
    const shown = one.points.filter(([, y]) => Number.isFinite(y))
    const path = shown.map(([x, y], n) => `${n === 0 ? 'M' : 'L'}${xOf(x).toFixed(1)} ${yOf(y).toFixed(1)}`).join('')
    parts.push(`<path d="${path}" fill="none" stroke="${color}" stroke-width="2" stroke-dasharray="${dashes}"/>`)
    for (const [x, y] of shown)
      parts.push(`<circle cx="${xOf(x).toFixed(1)}" cy="${yOf(y).toFixed(1)}" r="3" fill="${color}"/>`)
    const legendX = WIDTH - RIGHT - 90 * (series.length - at)
    parts.push(`<path d="M${legendX} 14h18" stroke="${color}" stroke-width="2" stroke-dasharray="${dashes}"/>`)
    parts.push(text(legendX + 22, 18, one.name, 'start'))
  }
  return parts.join('\n')
}

/** The next higher of 1, 2, 4, 5 or 8 times a power of ten, whose quarters are easy to read. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 4, 5, 8, 10].find((step) => step * power >= value) ?? 10) * power
}

function text(x: number, y: number, words: string, anchor: 'start' | 'middle' | 'end', weight = 'normal'): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" font-weight="${weight}" fill="#1f2328">${words}</text>`
}
