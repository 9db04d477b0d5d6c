import { describedMetrics } from '../telemetry/metrics.ts'

/** Metrics of the process that exist only on Linux. They are left out, so that the table is the same on every system. */
const LINUX_ALONE = ['process_heap_bytes', 'process_max_fds', 'process_open_fds', 'process_virtual_memory_bytes']

/** The table of all metrics in Markdown, the project's own first. */
export function metricsTable(): string {
  const isOurs = ({ name }: { name: string }) => name.startsWith('valiant_')
  const described = describedMetrics().filter(({ name }) => !LINUX_ALONE.includes(name))
  const rows = [...described.filter(isOurs), ...described.filter((one) => !isOurs(one))].map((one) => [
    `\`${one.name}\``,
    one.type,
    one.labelNames.map((label) => `\`${label}\``).join(', '),
    one.help.replaceAll('|', '\\|'),
  ])
  return [['Metric', 'Type', 'Labels', 'Meaning'], ['-', '-', '-', '-'], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}
