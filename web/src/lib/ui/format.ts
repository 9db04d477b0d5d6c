import { formatSteps, type Step } from '@valiant/shared/units/decimal'
import { notation } from '#lib/notation/current.ts'
import { momentOfWall, offsetMinutes, wallDate } from '#lib/notation/zone.ts'

/*
 * Numbers and times as shown on screen, in the visitor's notation; the examples use the default one.
 * A missing value is an en dash, never 0; a minus is U+2212, never a hyphen.
 */
export const MISSING = '–'
export const MINUS = '−'

type Maybe<Value> = Value | undefined | null

const GROUP_SIGNS = { point: ',', comma: '.', space: '\u202f' } as const

/** The decimal separator. */
export const decimalSign = (): '.' | ',' => (notation().numbers === 'point' ? '.' : ',')

/** `-1234.5` to `−1,234.5`: a decimal string grouped by thousands, digits untouched. */
export function grouped(text: string): string {
  const negative = text.startsWith('-')
  const [whole = '', fraction] = (negative ? text.slice(1) : text).split('.')
  const head = whole.replace(/\B(?=(\d{3})+$)/g, GROUP_SIGNS[notation().numbers])
  return (negative ? MINUS : '') + (fraction === undefined ? head : head + decimalSign() + fraction)
}

/** Whether a displayed number is a rise, a fall or neither. */
export function signOf(value: Maybe<number | string>): -1 | 0 | 1 {
  const number = Number(value ?? 0)
  return number > 0 ? 1 : number < 0 ? -1 : 0
}

/** The class that colors a signed number. */
export const toneOf = (value: Maybe<number | string>): '' | 'up' | 'down' =>
  (['down', '', 'up'] as const)[signOf(value) + 1] ?? ''

/** The class of a change in percent: one that shows as zero has a gray of its own. */
export const changeToneOf = (percent: Maybe<number>): '' | 'up' | 'down' | 'flat' =>
  percent === undefined || percent === null ? '' : toneOf(percent.toFixed(2)) || 'flat'

/** Rounded to `decimals` places; zero has no sign. */
function fixed(value: number, decimals: number): string {
  const text = value.toFixed(decimals)
  return /^-0(\.0*)?$/.test(text) ? text.slice(1) : text
}

/** `+1,200`, `−60`, `0`: a decimal with its sign. @param unit before the digits */
export const signed = (text: string, unit = ''): string => {
  const body = grouped(text.replace('-', ''))
  if (!/[1-9]/.test(text)) return unit + body
  return (text.startsWith('-') ? MINUS : '+') + unit + body
}

/** A price with exactly the decimals of the tick. */
export function price(value: Maybe<number | string>, tick: Step): string {
  if (value === undefined || value === null || value === '') return MISSING
  return grouped(Number(value).toFixed(tick.decimals))
}

/** A price given in ticks; 0 stands for an empty side. */
export const priceOfTicks = (ticks: Maybe<number>, tick: Step): string =>
  ticks ? grouped(formatSteps(ticks, tick)) : MISSING

/** A quantity with the decimals of the lot. */
export function quantity(value: Maybe<number | string>, lot: Step): string {
  if (value === undefined || value === null || value === '') return MISSING
  return grouped(fixed(Number(value), lot.decimals))
}

/** A quantity given in lots. */
export const quantityOfLots = (lots: Maybe<number>, lot: Step): string =>
  lots === undefined || lots === null ? MISSING : grouped(formatSteps(lots, lot))

/** `$1,234.56` */
export function money(value: Maybe<number | string>): string {
  if (value === undefined || value === null) return MISSING
  const text = fixed(Number(value), 2)
  return text.startsWith('-') ? `${MINUS}$${grouped(text.slice(1))}` : `$${grouped(text)}`
}

/** `+$912.00`, `−$230.38`, `$0.00`: profit, loss and change. */
export const signedMoney = (value: Maybe<number | string>): string =>
  value === undefined || value === null ? MISSING : signed(fixed(Number(value), 2), '$')

/** `+4.34`: a change of price. */
export const signedPrice = (value: Maybe<number | string>, tick: Step): string =>
  value === undefined || value === null ? MISSING : signed(fixed(Number(value), tick.decimals))

/** `+2.41%` */
export const signedPercent = (value: Maybe<number | string>): string =>
  value === undefined || value === null ? MISSING : `${signed(fixed(Number(value), 2))}%`

/** `31.00%` */
export const percent = (value: Maybe<number>, decimals = 2): string =>
  value === undefined || value === null ? MISSING : `${grouped(fixed(value, decimals))}%`

/** `1.1 bp` */
export const basisPoints = (value: Maybe<number>): string =>
  value === undefined || value === null ? MISSING : `${grouped(fixed(value, 1))} bp`

/** Two, and below 1 as many as make three figures. */
const decimalsOf = (number: number): number => Math.min(8, Math.max(2, 2 - Math.floor(Math.log10(Math.abs(number)))))

/** Each unit starts where the one below would round up to it. */
const COMPACT = [
  { from: 999_995_000, size: 1e9, decimals: 2, unit: 'B' },
  { from: 999_950, size: 1e6, decimals: 2, unit: 'M' },
  { from: 9_995, size: 1e3, decimals: 1, unit: 'K' },
  { from: 1_000, size: 1e3, decimals: 2, unit: 'K' },
]

/** Volume and turnover only, in three to five figures: `0.00410`, `1.23K`, `28.4K`, `4.82M`, `1.20B`. Small whole numbers stay whole. */
export function compact(value: Maybe<number | string>): string {
  if (value === undefined || value === null) return MISSING
  const number = Number(value)
  const step = COMPACT.find(({ from }) => Math.abs(number) >= from)
  if (step) return grouped(fixed(number / step.size, step.decimals)) + step.unit
  return grouped(fixed(number, Number.isInteger(number) ? 0 : decimalsOf(number)))
}

const two = (value: number) => String(value).padStart(2, '0')
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `14:32`, or `2:32 PM` on a 12-hour clock. @param date its UTC fields hold the wall time */
function hoursAndMinutes(date: Date, seconds = ''): string {
  const [hours, rest] = [date.getUTCHours(), `:${two(date.getUTCMinutes())}${seconds}`]
  if (!notation().hasTwelveHours) return two(hours) + rest
  return `${hours % 12 || 12}${rest}\u00a0${hours < 12 ? 'AM' : 'PM'}`
}

const wall = (timeMs: number): Date => wallDate(timeMs, notation().timeZone)

/** `14:32:18` */
export function clock(timeMs: number): string {
  const date = wall(timeMs)
  return hoursAndMinutes(date, `:${two(date.getUTCSeconds())}`)
}

/** `14:32` */
export const clockMinutes = (timeMs: number): string => hoursAndMinutes(wall(timeMs))

const dateText = (date: Date): string => `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ''}`

/** `12 Nov`: an exchange day, which is a UTC day whatever the visitor's time zone. */
export const exchangeDay = (timeMs: number): string => dateText(new Date(timeMs))

/** Start of a moment's day in the visitor's time zone. */
export const dayBegan = (timeMs: number): number =>
  momentOfWall(wall(timeMs).setUTCHours(0, 0, 0, 0), notation().timeZone)

/** Today `14:32:18`, before that `12 Nov 14:32`. */
export function moment(timeMs: number, nowMs: number): string {
  return dayBegan(timeMs) === dayBegan(nowMs) ? clock(timeMs) : `${dateText(wall(timeMs))} ${clockMinutes(timeMs)}`
}

/** The visitor's UTC offset at a moment: `UTC`, `UTC+5:30`. */
export function zone(timeMs: number): string {
  const { timeZone } = notation()
  const minutes = timeZone === undefined ? 0 : offsetMinutes(timeMs, timeZone)
  if (minutes === 0) return 'UTC'
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `UTC${minutes < 0 ? MINUS : '+'}${hours}${rest === 0 ? '' : `:${two(rest)}`}`
}

/** The zone of a list of times, which may span a change to summer time: `UTC`, or the zone's name. */
export const zoneName = (): string => notation().timeZone ?? 'UTC'

/**
 * A time of day of the exchange in the visitor's time zone, `14:30 UTC`.
 * @param utcTime "14:30"; empty stays empty
 * @param nowMs the day: summer time changes the answer
 */
export function timeOfDay(utcTime: string, nowMs = Date.now()): string {
  const [hours = NaN, minutes = NaN] = utcTime.split(':').map(Number)
  const timeMs = new Date(nowMs).setUTCHours(hours, minutes, 0, 0)
  return Number.isNaN(timeMs) ? '' : `${clockMinutes(timeMs)} ${zone(timeMs)}`
}

/** `6 s`, `4 min`, `3 h 12 min`, `3 d 2 h` */
export function age(ageMs: number): string {
  const seconds = Math.max(0, Math.floor(ageMs / 1_000))
  const [minutes, hours, days] = [Math.floor(seconds / 60), Math.floor(seconds / 3_600), Math.floor(seconds / 86_400)]
  if (minutes < 1) return `${seconds} s`
  if (hours < 1) return `${minutes} min`
  return days < 1 ? `${hours} h ${minutes % 60} min` : `${days} d ${hours % 24} h`
}

/** With a capital first letter, to begin a sentence. */
export const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
