/**
 * A binary heap from which any item can be removed. For untriggered and expiring orders, which are few compared with
 * trades.
 */
export class RemovableHeap<Item> {
  private readonly before: (a: Item, b: Item) => boolean
  private readonly items: Item[] = []
  private readonly places = new Map<Item, number>()

  /** @param before a strict total order; the fields it compares may only change while the item is not in the heap */
  constructor(before: (a: Item, b: Item) => boolean) {
    this.before = before
  }

  get first(): Item | undefined {
    return this.items[0]
  }

  add(item: Item): void {
    this.put(item, this.items.length)
    this.rise(item, this.items.length - 1)
  }

  /** Does nothing when the item is not in the heap. */
  remove(item: Item): void {
    const place = this.places.get(item)
    const last = this.items.pop()
    if (place === undefined || last === undefined) {
      if (last !== undefined) this.items.push(last)
      return
    }
    this.places.delete(item)
    if (last === item) return
    this.put(last, place)
    this.rise(last, place)
    this.sink(last, this.places.get(last) ?? place)
  }

  private rise(item: Item, from: number): void {
    let at = from
    while (at > 0) {
      const parentAt = (at - 1) >> 1
      const parent = this.items[parentAt]
      if (parent === undefined || !this.before(item, parent)) break
      this.put(parent, at)
      at = parentAt
    }
    this.put(item, at)
  }

  private sink(item: Item, from: number): void {
    let at = from
    for (;;) {
      const child = this.earlierOf(2 * at + 1, 2 * at + 2)
      const below = this.items[child]
      if (below === undefined || !this.before(below, item)) break
      this.put(below, at)
      at = child
    }
    this.put(item, at)
  }

  private earlierOf(left: number, right: number): number {
    const [a, b] = [this.items[left], this.items[right]]
    return a !== undefined && b !== undefined && this.before(b, a) ? right : left
  }

  private put(item: Item, at: number): void {
    this.items[at] = item
    this.places.set(item, at)
  }
}
