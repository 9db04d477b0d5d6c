import type { Scale } from '#lib/ticket/scale.ts'
import type { Anchor, Drawing } from './drawing.ts'

/** More than anyone draws on one chart; limits what is read from storage. */
export const DRAWINGS_MAX = 50

export const drawingsName = (symbol: string): string => `valiant.drawings.${symbol}`

/** Drawings as stored: prices as decimal strings, since the tick size may change. */
export const keptDrawings = (drawings: readonly Drawing[], scale: Scale): unknown => {
  const kept = ({ timeMs, ticks }: Anchor) => ({ timeMs, price: scale.price(ticks) })
  return drawings.map((drawing) =>
    drawing.kind === 'horizontal'
      ? { kind: drawing.kind, price: scale.price(drawing.ticks) }
      : { kind: drawing.kind, from: kept(drawing.from), to: kept(drawing.to) },
  )
}

/** Parses stored drawings; those that do not fit this instrument's ticks are left out. */
export function drawingsFrom(value: unknown, scale: Scale): readonly Drawing[] {
  if (!Array.isArray(value)) return []
  return value
    .slice(0, DRAWINGS_MAX)
    .map((one: unknown, index) => drawingFrom(one, `kept-${index}`, scale))
    .filter((one) => one !== undefined)
}

function drawingFrom(value: unknown, id: string, scale: Scale): Drawing | undefined {
  const { kind, price, from, to } = fieldsOf(value)
  if (kind === 'horizontal') {
    const ticks = ticksFrom(price, scale)
    return ticks === undefined ? undefined : { kind, id, ticks }
  }
  if (kind !== 'trend') return undefined
  const [begins, ends] = [anchorFrom(from, scale), anchorFrom(to, scale)]
  return begins && ends && { kind, id, from: begins, to: ends }
}

function anchorFrom(value: unknown, scale: Scale): Anchor | undefined {
  const { timeMs, price } = fieldsOf(value)
  const ticks = ticksFrom(price, scale)
  if (typeof timeMs !== 'number' || !Number.isSafeInteger(timeMs) || timeMs < 0) return undefined
  return ticks === undefined ? undefined : { timeMs, ticks }
}

const ticksFrom = (price: unknown, scale: Scale): number | undefined =>
  (typeof price === 'string' && scale.ticks(price)) || undefined

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
