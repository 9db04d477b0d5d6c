import { type ChartStyle, type Look, lookFrom } from './chart-look.ts'
import { storeLocal, readLocal } from '#lib/preferences/local-storage.ts'

const KEPT_NAME = 'valiant.chart'
/** On pages this wide the RSI pane is shown by default. */
const WIDE = '(min-width: 1440px)'

/** How the chart is drawn, for all instruments. Stored in this browser. */
export class ChartLook {
  #chosen = $state.raw<Look>({})
  #isWide = $state.raw(false)
  readonly style = $derived(this.#chosen.style ?? 'candles')
  readonly hasAverages = $derived(this.#chosen.hasAverages ?? true)
  readonly hasRsi = $derived(this.#chosen.hasRsi ?? this.#isWide)

  /** Call it once the page is interactive, since the server does not know the choices. */
  read(): void {
    this.#isWide = matchMedia(WIDE).matches
    this.#chosen = lookFrom(readLocal(KEPT_NAME))
  }

  draw(style: ChartStyle): void {
    this.#choose({ style })
  }

  toggleAverages(): void {
    this.#choose({ hasAverages: !this.hasAverages })
  }

  toggleRsi(): void {
    this.#choose({ hasRsi: !this.hasRsi })
  }

  #choose(chosen: Look): void {
    this.#chosen = { ...this.#chosen, ...chosen }
    storeLocal(KEPT_NAME, this.#chosen)
  }
}
