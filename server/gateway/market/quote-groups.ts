export interface QuoteGroup {
  readonly room: string
  readonly symbols: ReadonlySet<string>
  readonly isAll: boolean
}

/** Sockets that watch the quotes of the same symbols share a room, so that each filtered frame is encoded once. */
export class QuoteGroups {
  readonly #symbols: readonly string[]
  readonly #groups = new Map<string, QuoteGroup>()
  #made = 0

  /** @param symbols all that are listed */
  constructor(symbols: readonly string[]) {
    this.#symbols = symbols
  }

  /** The group that watches exactly these; undefined if there are none. */
  of(symbols: ReadonlySet<string>): QuoteGroup | undefined {
    if (symbols.size === 0) return undefined
    const isAll = symbols.size === this.#symbols.length
    const key = isAll ? '*' : [...symbols].sort().join(' ')
    const known = this.#groups.get(key)
    if (known) return known
    const group: QuoteGroup = { room: `quotes ${++this.#made}`, symbols, isAll }
    this.#groups.set(key, group)
    return group
  }

  /** The groups with members; empty ones are dropped. */
  watched(hasMembers: (room: string) => boolean): QuoteGroup[] {
    for (const [key, { room }] of this.#groups) if (!hasMembers(room)) this.#groups.delete(key)
    return [...this.#groups.values()]
  }
}
