/**
 * A row of ours as the engine's shape: bigint becomes number, NULL becomes undefined. Its names are the statement's
 * aliases, which are the fields' (the queries' test holds them together).
 * @throws {RangeError} for a number past 2^53, which the engine never wrote
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the statement's aliases make the shape
export function fromRow<Shape>(row: unknown): Shape {
  const shape: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(row as object)) shape[name] = plain(name, value)
  return shape as Shape
}

function plain(name: string, value: unknown): unknown {
  if (value === null) return undefined
  if (typeof value !== 'bigint') return value
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new RangeError(`${name}: ${value.toString()} is no safe integer`)
  return number
}
