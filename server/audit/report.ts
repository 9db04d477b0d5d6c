import type { CheckResult } from './audit.ts'

const whole = new Intl.NumberFormat('en-US')

/** A check as lines of text: one, plus one for each reported fault. */
export function linesOf({ claim, ok, counted, of, faults, rows }: CheckResult): string[] {
  const line = `${ok ? 'ok   ' : 'FAULT'}  ${claim} (${whole.format(counted)} ${of})`
  if (ok) return [line]
  const more = faults - rows.length
  return [
    `${line}: ${whole.format(faults)} ${faults === 1 ? 'does' : 'do'} not hold`,
    ...rows.map(({ row, fault }) => `         ${row}: ${fault}`),
    ...(more > 0 ? [`         and ${whole.format(more)} more`] : []),
  ]
}
