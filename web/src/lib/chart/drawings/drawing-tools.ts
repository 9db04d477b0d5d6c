import { isTyping } from '#lib/ui/keyboard-context.ts'
import type { Drawings } from './drawings.svelte.ts'
import type { TrendLine } from './drawing.ts'

/** What the tools read from the chart on each call: it is created later, and may be replaced. */
export interface ToolChart {
  /** The crosshair's price in ticks, else the last one; undefined before the first. */
  ticks(): number | undefined
  /** Over the newest bars; undefined before the first. */
  ends(): Pick<TrendLine, 'from' | 'to'> | undefined
  /** Focuses a new drawing; without an id, the canvas. */
  focus(id?: string): void
}

/** The drawing tools for menu and keys; `DrawingHand` is the pointer's part. */
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

  /** For users without a pointer: placed over the newest bars, to be moved from there. */
  readonly addTrend = (): void => {
    const ends = this.#chart.ends()
    if (ends) this.#chart.focus(this.#drawings.addTrend(ends))
  }

  /** Anywhere on the page, by key position: with Alt some keyboards write other letters. */
  readonly onkeydown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || isTyping(event)) return
    const tool = this.#toolOf(event)
    if (!tool) return
    event.preventDefault()
    tool()
  }

  #toolOf({ altKey, ctrlKey, metaKey, code, key }: KeyboardEvent): (() => void) | undefined {
    if (altKey && !ctrlKey && !metaKey) return { KeyH: this.addHorizontal, KeyT: this.togglePlacing }[code]
    const isUndo = (ctrlKey || metaKey) && !altKey && key === 'z' && this.#drawings.canUndo
    return isUndo ? () => this.#drawings.undo() : undefined
  }
}
