/** How the price is drawn. */
export const CHART_STYLES = ['candles', 'bars', 'line', 'area'] as const
export type ChartStyle = (typeof CHART_STYLES)[number]

/** What a visitor chose of the chart; what they did not is as the page makes it. */
export interface Look {
  readonly style?: ChartStyle
  readonly hasAverages?: boolean
  readonly hasRsi?: boolean
}

/** What this browser keeps, which any version of the page may have written: only what is understood is believed. */
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
