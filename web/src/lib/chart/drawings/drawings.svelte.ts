import type { Scale } from '#lib/ticket/scale.ts'
import { type Anchor, type Drawing, type DrawingPart, moved, type TrendLine } from './drawing.ts'
import { drawingsFrom, drawingsName, DRAWINGS_MAX, keptDrawings } from './kept-drawings.ts'
import { removeLocal, storeLocal, readLocal } from '#lib/preferences/local-storage.ts'

/** A trend line being placed: before the first click, or after it, when its other end follows the pointer. */
export type Placing = { readonly from: undefined } | { readonly from: Anchor; readonly to: Anchor }

/** A drawing held by the pointer: where it was taken, and its state before. */
interface Held {
  readonly before: Drawing
  readonly part: DrawingPart
  readonly at: Anchor
}

/** Changes that can be undone. */
const UNDO_MAX = 100

/** The drawings on one instrument's chart, stored in this browser. */
export class Drawings {
  #all = $state.raw<readonly Drawing[]>([])
  /** The drawings before each change made here, the latest last. */
  #past = $state.raw<readonly (readonly Drawing[])[]>([])
  selectedId = $state.raw<string | undefined>()
  placing = $state.raw<Placing | undefined>()

  readonly #symbol: string
  readonly #scale: Scale
  /** The drawings as last stored; one held by the pointer is not stored yet. */
  #kept: readonly Drawing[] = []
  #held: Held | undefined
  #made = 0

  constructor(symbol: string, scale: Scale) {
    this.#symbol = symbol
    this.#scale = scale
  }

  get all(): readonly Drawing[] {
    return this.#all
  }

  readonly selected = $derived.by(() => this.#all.find(({ id }) => id === this.selectedId))
  readonly isFull = $derived.by(() => this.#all.length >= DRAWINGS_MAX)
  readonly canUndo = $derived.by(() => this.#past.length > 0)
  /** Including the one being placed. */
  readonly shown = $derived.by((): readonly Drawing[] =>
    this.placing?.from ? [...this.#all, { kind: 'trend', id: 'placing', ...this.placing }] : this.#all,
  )

  /** Reads the stored drawings, now and when another tab changes them. @returns stops following */
  follow(): () => void {
    const name = drawingsName(this.#symbol)
    const read = () => {
      this.#all = this.#kept = drawingsFrom(readLocal(name), this.#scale)
      this.#past = []
    }
    const changed = ({ key }: StorageEvent) => {
      if (key === name || key === null) read()
    }
    read()
    addEventListener('storage', changed)
    return () => removeEventListener('storage', changed)
  }

  /** @returns its id; undefined when no more are allowed */
  addHorizontal(ticks: number): string | undefined {
    return this.#add({ kind: 'horizontal', id: this.#newId(), ticks: Math.max(1, ticks) })
  }

  /** @returns its id; undefined when no more are allowed */
  addTrend({ from, to }: Pick<TrendLine, 'from' | 'to'>): string | undefined {
    this.placing = undefined
    return this.#add({ kind: 'trend', id: this.#newId(), from, to })
  }

  /** Makes the next two clicks the ends of a trend line; a second call cancels that. */
  togglePlacing(): void {
    this.select(undefined)
    this.placing = this.placing || this.isFull ? undefined : { from: undefined }
  }

  /** A click while a trend line is placed. @returns the line's id when that was its second end */
  place(at: Anchor): string | undefined {
    const { placing } = this
    if (!placing) return undefined
    if (placing.from === undefined) this.placing = { from: at, to: at }
    // The second click of a double click does not place the other end.
    else if (at.timeMs !== placing.from.timeMs || at.ticks !== placing.from.ticks)
      return this.addTrend({ from: placing.from, to: at })
    return undefined
  }

  /** The pointer moves while a trend line is placed. */
  aim(at: Anchor): void {
    if (this.placing?.from) this.placing = { from: this.placing.from, to: at }
  }

  leavePlacing(): void {
    this.placing = undefined
  }

  select(id: string | undefined): void {
    this.selectedId = id
  }

  /** Takes a part of a drawing, which selects it. */
  take(id: string, part: DrawingPart, at: Anchor): void {
    const before = this.#all.find((one) => one.id === id)
    if (!before) return
    this.select(id)
    this.#held = { before, part, at }
  }

  /** Moves the held drawing with the pointer. */
  drag({ timeMs, ticks }: Anchor): void {
    if (!this.#held) return
    const { before, part, at } = this.#held
    this.#replace(moved(before, part, { timeMs: timeMs - at.timeMs, ticks: ticks - at.ticks }))
  }

  drop(): void {
    if (!this.#held) return
    this.#held = undefined
    this.#keep()
  }

  /** Puts the held drawing back. @returns false when nothing was held */
  back(): boolean {
    if (!this.#held) return false
    this.#all = this.#kept
    this.#held = undefined
    return true
  }

  /** Moves a drawing with keys. */
  step(id: string, part: DrawingPart, by: Anchor): void {
    const drawing = this.#all.find((one) => one.id === id)
    if (!drawing) return
    this.#replace(moved(drawing, part, by))
    this.#keep()
  }

  remove(id: string): void {
    this.#held = undefined
    if (this.selectedId === id) this.select(undefined)
    this.#all = this.#all.filter((one) => one.id !== id)
    this.#keep()
  }

  /** Undoes the last creation, move or removal since the page was opened. */
  undo(): void {
    const before = this.#past.at(-1)
    if (before === undefined) return
    this.#held = undefined
    this.#past = this.#past.slice(0, -1)
    this.#all = before
    if (this.selected === undefined) this.select(undefined)
    this.#write()
  }

  #add(drawing: Drawing): string | undefined {
    if (this.isFull) return undefined
    this.#all = [...this.#all, drawing]
    this.select(drawing.id)
    this.#keep()
    return drawing.id
  }

  #replace(drawing: Drawing): void {
    this.#all = this.#all.map((one) => (one.id === drawing.id ? drawing : one))
  }

  #keep(): void {
    if (this.#all === this.#kept) return // it was dropped where it was taken
    this.#past = [...this.#past, this.#kept].slice(-UNDO_MAX)
    this.#write()
  }

  #write(): void {
    this.#kept = this.#all
    const name = drawingsName(this.#symbol)
    if (this.#all.length === 0) removeLocal(name)
    else storeLocal(name, keptDrawings(this.#all, this.#scale))
  }

  #newId(): string {
    this.#made++
    return `made-${this.#made}`
  }
}
