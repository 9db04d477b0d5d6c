import type { Counter } from 'prom-client'

/** Exports a counter with 0 for these values of its label from the start, so that `rate()` sees the first event as an increase. */
export function startAtZero<Label extends string>(
  counter: Counter<Label>,
  label: Label,
  values: readonly string[],
): void {
  for (const value of values) counter.inc({ [label]: value } as Record<string, string> as Record<Label, string>, 0)
}
