/** What the columns that grow with their figures show for one position. */
export interface PositionTexts {
  readonly name: string
  readonly qty: string
  readonly value: string
  readonly unrealized: string
  readonly realized: string
}

/** Characters that each of these columns has room for. */
export interface PositionRooms {
  readonly qty: number
  readonly value: number
  readonly unrealized: number
  readonly realized: number
  /** Too wide for all columns in a panel of medium, or of small width. */
  readonly isMedium: boolean
  readonly isSmall: boolean
}

/** More than this leaves too little room for the names. */
const MEDIUM_CHARACTERS = 39
const SMALL_CHARACTERS = 35
const LEAST = { qty: 7, value: 11, unrealized: 10 }

/** The widest figure of each column plus a digit, so that the column keeps its width when a row is added. */
export function roomsFor(rows: readonly PositionTexts[], realizedHead: string): PositionRooms {
  const widest = (column: keyof PositionTexts, least = 0) => Math.max(least, ...rows.map((row) => row[column].length))
  const qty = widest('qty', LEAST.qty) + 1
  const value = widest('value', LEAST.value) + 1
  const unrealized = widest('unrealized', LEAST.unrealized) + 1
  const characters = qty + value + unrealized + widest('name')
  return {
    qty,
    value,
    unrealized,
    realized: widest('realized', realizedHead.length) + 1,
    isMedium: characters > MEDIUM_CHARACTERS,
    isSmall: characters > SMALL_CHARACTERS,
  }
}
