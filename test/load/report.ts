import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { machineText } from '../../bench/machine.ts'
import { writeIntoPage } from '../../bench/table.ts'
import { plotOf, type Series } from './plot.ts'

/** The figures of one run. */
export interface LoadRow {
  readonly clients: number
  readonly instances: number
  readonly framesPerSecond: number
  readonly megabytesPerSecond: number
  readonly frameP50Ms: number
  readonly frameP99Ms: number
  readonly ordersPerSecond: number
  readonly ackP50Ms: number
  readonly ackP99Ms: number
  /** Growth of the servers' memory per socket. */
  readonly kibPerSocket: number
  /** Event loop delay in the worst second of the worst server. */
  readonly loopP99Ms: number
  /** Cores used by servers and clients. */
  readonly serverCores: number
  readonly clientCores: number
  /** Sockets that were closed by a server. */
  readonly lost: number
}
type Column = keyof LoadRow

const FOLDER = fileURLToPath(new URL('../../docs/load/', import.meta.url))
const COLUMNS: readonly { readonly column: Column; readonly title: string; readonly digits: number }[] = [
  { column: 'clients', title: 'sockets', digits: 0 },
  { column: 'instances', title: 'instances', digits: 0 },
  { column: 'framesPerSecond', title: 'frames/s', digits: 0 },
  { column: 'megabytesPerSecond', title: 'MB/s', digits: 1 },
  { column: 'frameP50Ms', title: 'frame p50, ms', digits: 0 },
  { column: 'frameP99Ms', title: 'frame p99, ms', digits: 0 },
  { column: 'ordersPerSecond', title: 'orders/s', digits: 0 },
  { column: 'ackP50Ms', title: 'ack p50, ms', digits: 0 },
  { column: 'ackP99Ms', title: 'ack p99, ms', digits: 0 },
  { column: 'kibPerSocket', title: 'KiB a socket', digits: 0 },
  { column: 'loopP99Ms', title: 'loop p99, ms', digits: 0 },
  { column: 'serverCores', title: 'server cores', digits: 2 },
  { column: 'clientCores', title: 'client cores', digits: 2 },
  { column: 'lost', title: 'lost', digits: 0 },
]

export function tableOf(rows: readonly LoadRow[]): string {
  const cells = rows.map((row) =>
    COLUMNS.map(({ column, digits }) =>
      row[column].toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits }),
    ),
  )
  const lines = [COLUMNS.map(({ title }) => title), COLUMNS.map(() => '---'), ...cells]
  const widths = COLUMNS.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)))
  return lines
    .map(
      (line) => `| ${line.map((cell, at) => cell.padEnd(widths[at] ?? 0, cell === '---' ? '-' : ' ')).join(' | ')} |`,
    )
    .join('\n')
}

/** Writes a run into docs/load, replacing an older one with the same number of clients and instances. */
export function keepRow(row: LoadRow): void {
  mkdirSync(FOLDER, { recursive: true })
  const file = `${FOLDER}load.csv`
  const isSame = (other: LoadRow) => other.clients === row.clients && other.instances === row.instances
  const others = existsSync(file) ? fromCsv(readFileSync(file, 'utf8')).filter((other) => !isSame(other)) : []
  const rows = [...others, row].toSorted((a, b) => a.instances - b.instances || a.clients - b.clients)
  writeFileSync(file, toCsv(rows))
  writeFileSync(`${FOLDER}load.svg`, plot(rows))
  writeIntoPage(`${FOLDER}README.md`, 'load', `${machineText()}\n\n${tableOf(rows)}`)
}

function toCsv(rows: readonly LoadRow[]): string {
  const head = COLUMNS.map(({ column }) => column).join(',')
  const lines = rows.map((row) => COLUMNS.map(({ column, digits }) => row[column].toFixed(digits)).join(','))
  return `${[head, ...lines].join('\n')}\n`
}

function fromCsv(text: string): LoadRow[] {
  const [head = '', ...lines] = text.trim().split('\n')
  const names = head.split(',')
  return lines.map((line) => {
    const values = line.split(',')
    return Object.fromEntries(names.map((name, at) => [name, Number(values[at])])) as unknown as LoadRow
  })
}

function plot(rows: readonly LoadRow[]): string {
  const instances = [...new Set(rows.map((row) => row.instances))]
  const seriesOf = (column: Column): Series[] =>
    instances.map((count) => ({
      name: `${count} instance${count === 1 ? '' : 's'}`,
      points: rows.filter((row) => row.instances === count).map((row) => [row.clients, row[column]]),
    }))
  return plotOf('sockets', [
    { title: 'frame p50, ms', series: seriesOf('frameP50Ms') },
    { title: 'frame p99, ms', series: seriesOf('frameP99Ms') },
    { title: 'ack p50, ms', series: seriesOf('ackP50Ms') },
    { title: 'frames a second', series: seriesOf('framesPerSecond') },
  ])
}
