import { saveFile } from '#lib/ui/save-file.ts'
import type { PictureColors } from '../chart-colors.ts'
import type { PictureWords } from './picture-text.ts'

const HEAD_PX = 34
const FOOT_PX = 26
const PAD_PX = 12
const FONT = 'Inter Variable, Inter Fallback, sans-serif'
/** The chart library's license requires attribution where the chart is shown. */
const CREDIT = 'Valiant, practice money. Charts by TradingView'

/** The chart as a picture: its canvas with a title above and the attribution below. */
export function chartPicture(chart: HTMLCanvasElement, words: PictureWords, colors: PictureColors): HTMLCanvasElement {
  const ratio = window.devicePixelRatio
  const picture = document.createElement('canvas')
  picture.width = chart.width
  picture.height = chart.height + Math.round((HEAD_PX + FOOT_PX) * ratio)
  const context = picture.getContext('2d')
  if (!context) return picture
  context.fillStyle = colors.background
  context.fillRect(0, 0, picture.width, picture.height)
  context.drawImage(chart, 0, Math.round(HEAD_PX * ratio))
  context.scale(ratio, ratio)
  const [width, height] = [picture.width / ratio, picture.height / ratio]
  context.textBaseline = 'middle'
  const write = (text: string, x: number, y: number, font: string, color: string) => {
    context.font = `${font} ${FONT}`
    context.fillStyle = color
    context.fillText(text, x, y)
    return context.measureText(text).width
  }
  const titleWidth = write(words.title, PAD_PX, HEAD_PX / 2, '600 14px', colors.ink)
  write(words.bar, PAD_PX + titleWidth + PAD_PX, HEAD_PX / 2, '400 12px', colors.lesser)
  write(words.moment, PAD_PX, height - FOOT_PX / 2, '400 11px', colors.lesser)
  context.textAlign = 'right'
  write(CREDIT, width - PAD_PX, height - FOOT_PX / 2, '400 11px', colors.lesser)
  return picture
}

/** Downloads a picture. */
export async function savePicture(picture: HTMLCanvasElement, name: string): Promise<void> {
  const blob = await new Promise<Blob | null>((resolve) => picture.toBlob(resolve))
  if (blob) saveFile(blob, name)
}
