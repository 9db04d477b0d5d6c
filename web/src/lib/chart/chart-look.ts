/** How the price is drawn. */
export const CHART_STYLES = ['candles', 'bars', 'line', 'area'] as const
export type ChartStyle = (typeof CHART_STYLES)[number]

/** The visitor's choices for the chart; anything not chosen has its default. */
export interface Look {
  readonly style?: ChartStyle
  readonly hasAverages?: boolean
  readonly hasRsi?: boolean
}

/** Parses what this browser has stored, perhaps by another version of the page; unknown values are ignored. */
export function lookFrom(value: unknown): Look {
  if (typeof value !== 'object' || value === null) return {}
  const kept = value as Partial<Record<keyof Look, unknown>>
  const style = CHART_STYLES.find((one) => one === kept.style)
  return {
    ...(style && { style }),
    ...(typeof kept.hasAverages === 'boolean' && { hasAverages: kept.hasAverages }),
    ...(typeof kept.hasRsi === 'boolean' && { hasRsi: kept.hasRsi }),
  }
}
