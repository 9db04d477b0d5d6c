import type { Counter } from 'prom-client'

/** Shows a counter under these values of its one label from the start: the first event is a rise then, which rates see. */
export function startAtZero<Label extends string>(
  counter: Counter<Label>,
  label: Label,
  values: readonly string[],
): void {
  for (const value of values) counter.inc({ [label]: value } as Record<string, string> as Record<Label, string>, 0)
}
