import type { Candle, Interval } from '@valiant/shared/protocol/market-data'
import { notation } from '#lib/notation/current.ts'
import { wallDate } from '#lib/notation/zone.ts'
import { clockMinutes, grouped, zone } from '#lib/ui/format.ts'

/** The texts of a chart's picture, and its file name. */
export interface PictureWords {
  /** "EUR/USD, 1m" */
  readonly title: string
  /** The newest bar: "O 1.08410 H …"; empty before the first. */
  readonly bar: string
  /** "2026-11-27 04:20 UTC" */
  readonly moment: string
  /** "EUR-USD-1m-2026-11-27-0420.png" */
  readonly file: string
}

const LETTERS = ['O', 'H', 'L', 'C'] as const

export function pictureWords(of: {
  readonly name: string
  readonly interval: Interval
  readonly candle: Candle | undefined
  readonly nowMs: number
}): PictureWords {
  const { name, interval, candle } = of
  const minute = wallDate(of.nowMs, notation().timeZone).toISOString().slice(0, 'yyyy-mm-ddThh:mm'.length)
  const [day = ''] = minute.split('T')
  const fileMinute = minute.replace('T', '-').replace(':', '')
  return {
    title: `${name}, ${interval}`,
    bar: candle ? LETTERS.map((letter, at) => `${letter} ${grouped(String(candle[at + 1]))}`).join('  ') : '',
    moment: `${day} ${clockMinutes(of.nowMs)} ${zone(of.nowMs)}`,
    file: `${name.replaceAll('/', '-')}-${interval}-${fileMinute}.png`,
  }
}
