/** What a column sorts by: text, or a number. */
type SortKey = string | number

/**
 * The order of a table's rows. Rows are sorted when the visitor asks for it, not with each price, so that no row moves
 * away under a finger; rows that come later follow at the end.
 */
export class TableSort<Row, Column extends string> {
  column = $state.raw<Column | undefined>()
  isDescending = $state.raw(false)
  #ids = $state.raw<readonly string[]>([])
  readonly #idOf: (row: Row) => string
  readonly #keyOf: (row: Row, column: Column) => SortKey

  constructor(idOf: (row: Row) => string, keyOf: (row: Row, column: Column) => SortKey) {
    this.#idOf = idOf
    this.#keyOf = keyOf
  }

  /** For `aria-sort`. */
  of(column: Column): 'ascending' | 'descending' | undefined {
    if (column !== this.column) return undefined
    return this.isDescending ? 'descending' : 'ascending'
  }

  /** Text starts with A, numbers with the largest; the same column again turns it around. */
  by(column: Column, rows: readonly Row[]): void {
    const keyed = rows.map((row) => ({ id: this.#idOf(row), key: this.#keyOf(row, column) }))
    this.isDescending = column === this.column ? !this.isDescending : typeof keyed[0]?.key === 'number'
    this.column = column
    const sign = this.isDescending ? -1 : 1
    this.#ids = keyed.sort((a, b) => sign * compared(a.key, b.key)).map(({ id }) => id)
  }

  sorted(rows: readonly Row[]): readonly Row[] {
    if (this.column === undefined) return rows
    const places = rows.map((row) => ({ row, at: this.#ids.indexOf(this.#idOf(row)) }))
    const isKnown = ({ at }: { readonly at: number }) => at >= 0
    const known = places.filter(isKnown).sort((a, b) => a.at - b.at)
    return [...known, ...places.filter((place) => !isKnown(place))].map(({ row }) => row)
  }
}

const compared = (a: SortKey, b: SortKey): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b))
