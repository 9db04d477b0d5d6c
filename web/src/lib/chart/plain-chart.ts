import { createChartEx, type DeepPartial, type IChartApi, type Time, type TimeChartOptions } from 'lightweight-charts'
import type { ChartColors } from './chart-colors.ts'
import { ClockScale } from './clock-scale.ts'

/** An empty chart in the style of the terminal; `paintPlain` sets its colors. */
export function plainChart(
  element: HTMLElement,
  options: DeepPartial<TimeChartOptions>,
  scale = new ClockScale(),
): IChartApi {
  const { localization, timeScale } = scale.ways
  const chart = createChartEx<Time, ClockScale>(element, scale, {
    autoSize: true,
    layout: {
      background: { color: 'transparent' },
      fontFamily: 'Inter Variable, Inter Fallback, sans-serif',
      fontSize: 11,
      attributionLogo: false,
      panes: { enableResize: false },
    },
    ...options,
    localization: { locale: knownLocale(navigator.language), dateFormat: "dd MMM 'yy", ...localization },
    timeScale: { ...options.timeScale, ...timeScale },
  })
  // It lays its canvases out in a table, which would be read as one without content.
  chart.chartElement().setAttribute('aria-hidden', 'true')
  return chart
}

/** Sets all colors except those of series and their labels. */
export function paintPlain(chart: IChartApi, colors: ChartColors): void {
  chart.applyOptions({
    layout: { textColor: colors.text, panes: { separatorColor: colors.line, separatorHoverColor: colors.line } },
    grid: { vertLines: { color: colors.grid }, horzLines: { color: colors.grid } },
    crosshair: {
      vertLine: { color: colors.crosshair, labelBackgroundColor: colors.label },
      horzLine: { color: colors.crosshair, labelBackgroundColor: colors.label },
    },
  })
}

/** A locale that Intl accepts: "en-US@posix", as on a bare Linux, makes it throw. */
function knownLocale(language: string): string {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(language)[0] ?? 'en-US'
  } catch {
    return 'en-US'
  }
}
