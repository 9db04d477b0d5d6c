const IDS_MAX = 1_000

/** Remembers the newest ids, so that what arrives on two connections is reported once. */
export class SeenIds {
  readonly #ids = new Set<string>()

  /** @returns whether it is new */
  add(id: string): boolean {
    if (this.#ids.has(id)) return false
    this.#ids.add(id)
    const [oldest] = this.#ids
    if (this.#ids.size > IDS_MAX && oldest !== undefined) this.#ids.delete(oldest)
    return true
  }

  clear(): void {
    this.#ids.clear()
  }
}
