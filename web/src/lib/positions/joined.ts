/** `first`, then the items of `rest` that are not in it: the newer version wins. */
export function joined<Item>(
  first: readonly Item[],
  rest: readonly Item[],
  idOf: (item: Item) => string,
): readonly Item[] {
  const known = new Set(first.map(idOf))
  return [...first, ...rest.filter((item) => !known.has(idOf(item)))]
}
