import { Counter, Gauge, type Registry } from 'prom-client'

/** A value under its labels. */
export type Sample<Label extends string> = readonly [labels: Readonly<Record<Label, string>>, value: number]
/** Called at each scrape; undefined when it has no value now. */
type Source<Label extends string> = () => Iterable<Sample<Label>> | undefined

interface Description<Label extends string> {
  readonly registry: Registry
  readonly name: string
  readonly help: string
  readonly labelNames?: readonly Label[]
}

/**
 * A metric whose values are read from its sources at each scrape, so that nothing has to be kept up to date in between.
 * Without a source, or when all sources return undefined, it has no sample.
 */
abstract class ObservableMetric<Label extends string> {
  readonly #sources = new Set<Source<Label>>()

  /** Adds a source. @returns removes it again */
  from(source: Source<Label>): () => void {
    this.#sources.add(source)
    return () => void this.#sources.delete(source)
  }

  protected samples(): Sample<Label>[] {
    return [...this.#sources].flatMap((source) => [...(source() ?? [])])
  }
}

export class ObservableGauge<Label extends string = never> extends ObservableMetric<Label> {
  constructor({ registry, name, help, labelNames = [] }: Description<Label>) {
    super()
    const gauge: Gauge = new Gauge({
      ...{ name, help, labelNames, registers: [registry] },
      collect: () => {
        gauge.reset()
        gauge.remove({}) // a gauge without labels has a sample of 0 after a reset
        for (const [labels, value] of this.samples()) gauge.set(labels, value)
      },
    })
  }
}

/** Its sources return totals, which only rise. */
export class ObservableCounter<Label extends string = never> extends ObservableMetric<Label> {
  constructor({ registry, name, help, labelNames = [] }: Description<Label>) {
    super()
    const counter: Counter = new Counter({
      ...{ name, help, labelNames, registers: [registry] },
      collect: () => {
        counter.reset()
        counter.remove({})
        for (const [labels, total] of this.samples()) counter.inc(labels, total)
      },
    })
  }
}

/** The sample of a metric without labels. */
export const only = (value: number): readonly [Sample<never>] => [[{}, value]]

/** A sample for each state: 1 for the current one, 0 for the others. */
export const oneOf = <Label extends string, State extends string>(
  label: Label,
  states: readonly State[],
  now: State,
): Sample<Label>[] =>
  states.map((state) => [{ [label]: state } as Record<string, string> as Record<Label, string>, state === now ? 1 : 0])
