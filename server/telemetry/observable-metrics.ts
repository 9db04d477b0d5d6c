import { Counter, Gauge, type Registry } from 'prom-client'

/** A value under its labels. */
export type Sample<Label extends string> = readonly [labels: Readonly<Record<Label, string>>, value: number]
/** Asked at each reading; undefined where there is nothing to say. */
export type Source<Label extends string> = () => Iterable<Sample<Label>> | undefined

interface Description<Label extends string> {
  readonly registry: Registry
  readonly name: string
  readonly help: string
  readonly labelNames?: readonly Label[]
}

/**
 * A metric whose values lie with those who know them: they are asked when somebody reads, so that keeping them costs
 * nothing. Without a source, and with a silent one, it has no sample.
 */
abstract class AskedMetric<Label extends string> {
  readonly #sources = new Set<Source<Label>>()

  /** @returns takes the source back */
  from(source: Source<Label>): () => void {
    this.#sources.add(source)
    return () => void this.#sources.delete(source)
  }

  protected samples(): Sample<Label>[] {
    return [...this.#sources].flatMap((source) => [...(source() ?? [])])
  }
}

export class ObservableGauge<Label extends string = never> extends AskedMetric<Label> {
  constructor({ registry, name, help, labelNames = [] }: Description<Label>) {
    super()
    const gauge: Gauge = new Gauge({
      ...{ name, help, labelNames, registers: [registry] },
      collect: () => {
        gauge.reset()
        gauge.remove({}) // one without labels begins at 0
        for (const [labels, value] of this.samples()) gauge.set(labels, value)
      },
    })
  }
}

/** Its sources tell totals, which only rise. */
export class ObservableCounter<Label extends string = never> extends AskedMetric<Label> {
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

/** Of several states the one that holds is 1, the others 0. */
export const oneOf = <Label extends string, State extends string>(
  label: Label,
  states: readonly State[],
  now: State,
): Sample<Label>[] =>
  states.map((state) => [{ [label]: state } as Record<string, string> as Record<Label, string>, state === now ? 1 : 0])
