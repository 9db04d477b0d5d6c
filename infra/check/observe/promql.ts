import type { SyntaxNode } from '@lezer/common'
import { parser } from '@prometheus-io/lezer-promql'

/** A metric in a query, with the labels of its selector. */
export interface Selector {
  readonly metric: string
  readonly labels: readonly string[]
}

export interface Query {
  readonly selectors: readonly Selector[]
  /** Labels that results are grouped or matched by. */
  readonly grouped: readonly string[]
  /** Places where the text is not valid PromQL. */
  readonly faults: readonly string[]
}

/** Grafana substitutes times and the page's variables before querying. */
const filledIn = (text: string): string => text.replaceAll(/\$__\w+/g, '1m').replaceAll(/\$\{?\w+\}?/g, 'chosen')

/** The metrics and labels of a query, parsed with Prometheus's own grammar. */
export function readQuery(text: string): Query {
  const query = filledIn(text)
  const selectors: Selector[] = []
  const grouped: string[] = []
  const faults: string[] = []
  const of = (node: SyntaxNode) => query.slice(node.from, node.to)
  const below = (node: SyntaxNode, name: string): string[] => {
    const found: string[] = []
    node.cursor().iterate((each) => {
      if (each.name === name) found.push(of(each.node))
    })
    return found
  }
  parser.parse(query).iterate({
    enter: ({ type, node, from }) => {
      if (type.isError) faults.push(`not PromQL at "${query.slice(from, from + 20)}"`)
      if (type.name === 'VectorSelector') {
        const [metric = ''] = below(node, 'Identifier')
        selectors.push({ metric, labels: below(node, 'LabelName') })
      }
      if (type.name === 'GroupingLabels') grouped.push(...below(node, 'LabelName'))
    },
  })
  return { selectors, grouped, faults: query.trim() === '' ? ['there is no query'] : faults }
}
