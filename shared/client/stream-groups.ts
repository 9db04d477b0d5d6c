import { ALL, type StreamTerms } from './stream.ts'

/** What decides whether a stream may share a request. */
interface Groupable extends StreamTerms {
  readonly key: string
  readonly isKnown: boolean
}

/**
 * Divides streams into as few subscribe requests as the server takes: each of one channel, interval and depth. What the
 * server may refuse, or what means all symbols, goes by itself.
 * @param symbolsMax how many symbols one request may name
 */
export function groupsOf<Stream extends Groupable>(streams: readonly Stream[], symbolsMax: number): Stream[][] {
  const groups = new Map<string, Stream[]>()
  for (const stream of streams) {
    const { channel, interval, depth, key, isKnown, symbols } = stream
    const isAlone = !isKnown || symbols.has(ALL)
    const terms = [channel, interval, depth, ...(isAlone ? [key] : [])].join(' ')
    groups.set(terms, [...(groups.get(terms) ?? []), stream])
  }
  return [...groups.values()].flatMap((group) => inParts(group, symbolsMax))
}

/** Parts of at most `symbolsMax` symbols. */
function inParts<Stream extends Groupable>(group: readonly Stream[], symbolsMax: number): Stream[][] {
  const parts: Stream[][] = []
  let count = Infinity
  for (const stream of group) {
    if (count + stream.symbols.size > symbolsMax) {
      parts.push([])
      count = 0
    }
    parts.at(-1)?.push(stream)
    count += stream.symbols.size
  }
  return parts
}
