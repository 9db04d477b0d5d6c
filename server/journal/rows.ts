/**
 * Converts a row to the engine's types: bigint becomes number, NULL becomes undefined. Column aliases are the names of
 * the fields, which a test of the queries verifies.
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
  if (!Number.isSafeInteger(number)) throw new RangeError(`${name}: ${value.toString()} is not a safe integer`)
  return number
}
