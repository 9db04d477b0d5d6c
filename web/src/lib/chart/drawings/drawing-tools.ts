import { keyOf } from '#lib/shortcuts/key-map.ts'
import { isTyping } from '#lib/ui/keyboard-context.ts'
import type { Drawings } from './drawings.svelte.ts'
import type { TrendLine } from './drawing.ts'

/** What the tools read from the chart on each call, since it is created later and may be replaced. */
export interface ToolChart {
  /** The crosshair's price in ticks, else the last one; undefined before the first. */
  ticks(): number | undefined
  /** The ends of a new trend line over the newest bars; undefined before the first. */
  ends(): Pick<TrendLine, 'from' | 'to'> | undefined
  /** Focuses a new drawing; without an id, the canvas. */
  focus(id?: string): void
}

/** The drawing tools for menu and keyboard; `DrawingHand` is for the pointer. */
export class DrawingTools {
  readonly #drawings: Drawings
  readonly #chart: ToolChart

  constructor(drawings: Drawings, chart: ToolChart) {
    this.#drawings = drawings
    this.#chart = chart
  }

  readonly addHorizontal = (): void => {
    const ticks = this.#chart.ticks()
    if (ticks !== undefined) this.#chart.focus(this.#drawings.addHorizontal(ticks))
  }

  readonly togglePlacing = (): void => {
    this.#drawings.togglePlacing()
    this.#chart.focus()
  }

  /** For users without a pointer: placed over the newest bars, and moved from there. */
  readonly addTrend = (): void => {
    const ends = this.#chart.ends()
    if (ends) this.#chart.focus(this.#drawings.addTrend(ends))
  }

  /** Anywhere on the page, by key position, since with Alt some keyboards produce other characters. */
  readonly onkeydown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || isTyping(event)) return
    const tool = this.#toolOf(event)
    if (!tool) return
    event.preventDefault()
    tool()
  }

  #toolOf(event: KeyboardEvent): (() => void) | undefined {
    const { altKey, ctrlKey, metaKey, code } = event
    if (altKey && !ctrlKey && !metaKey) return { KeyH: this.addHorizontal, KeyT: this.togglePlacing }[code]
    const isUndo = (ctrlKey || metaKey) && !altKey && keyOf(event) === 'z' && this.#drawings.canUndo
    return isUndo ? () => this.#drawings.undo() : undefined
  }
}
