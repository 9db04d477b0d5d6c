import type { Scale } from '#lib/ticket/scale.ts'
import { type Anchor, type Drawing, type DrawingPart, moved, type TrendLine } from './drawing.ts'
import { drawingsFrom, drawingsName, DRAWINGS_MAX, keptDrawings } from './kept-drawings.ts'
import { removeLocal, storeLocal, readLocal } from '#lib/preferences/local-storage.ts'

/** A trend line on its way: before the first click, or after it, when its other end follows the pointer. */
export type Placing = { readonly from: undefined } | { readonly from: Anchor; readonly to: Anchor }

/** A drawing that the pointer holds, where it was taken, and how it was before. */
interface Held {
  readonly before: Drawing
  readonly part: DrawingPart
  readonly at: Anchor
}

/** Changes that can be taken back. */
const UNDO_MAX = 100

/** What is drawn by hand on one instrument's chart. This browser keeps it. */
export class Drawings {
  #all = $state.raw<readonly Drawing[]>([])
  /** How all was before each change made here, the last change's at the end. */
  #past = $state.raw<readonly (readonly Drawing[])[]>([])
  selectedId = $state.raw<string | undefined>()
  placing = $state.raw<Placing | undefined>()

  readonly #symbol: string
  readonly #scale: Scale
  /** As it was written last: what is held by the pointer is not yet. */
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
  /** With the one that is being placed. */
  readonly shown = $derived.by((): readonly Drawing[] =>
    this.placing?.from ? [...this.#all, { kind: 'trend', id: 'placing', ...this.placing }] : this.#all,
  )

  /** Reads what is kept, now and when another tab changes it. @returns ends it */
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

  /** @returns its id; undefined where there are as many as there may be */
  addHorizontal(ticks: number): string | undefined {
    return this.#add({ kind: 'horizontal', id: this.#newId(), ticks: Math.max(1, ticks) })
  }

  /** @returns its id; undefined where there are as many as there may be */
  addTrend({ from, to }: Pick<TrendLine, 'from' | 'to'>): string | undefined {
    this.placing = undefined
    return this.#add({ kind: 'trend', id: this.#newId(), from, to })
  }

  /** The next two clicks are the ends of a trend line. Asked for again, they are not. */
  togglePlacing(): void {
    this.select(undefined)
    this.placing = this.placing || this.isFull ? undefined : { from: undefined }
  }

  /** A click while a trend line is placed. @returns the line's id when that was its second end */
  place(at: Anchor): string | undefined {
    const { placing } = this
    if (!placing) return undefined
    if (placing.from === undefined) this.placing = { from: at, to: at }
    // The second click of a double click is no other end.
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

  /** The pointer takes a part of a drawing up, which selects it. */
  take(id: string, part: DrawingPart, at: Anchor): void {
    const before = this.#all.find((one) => one.id === id)
    if (!before) return
    this.select(id)
    this.#held = { before, part, at }
  }

  /** What is held follows the pointer. */
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

  /** What is held goes home. @returns false when nothing was held */
  back(): boolean {
    if (!this.#held) return false
    this.#all = this.#kept
    this.#held = undefined
    return true
  }

  /** By keys. */
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

  /** Takes the last change back: what was drawn, moved or removed since the page was opened. */
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
    if (this.#all === this.#kept) return // it was taken and let go where it was
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
