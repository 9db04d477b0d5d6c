import type { MarketStatus } from '../../engine/command.ts'
import type { ListedInstrument } from '../../instruments.ts'
import type { NewsItem } from '../../journal/news.ts'
import type { Simulator } from '../../simulator/simulator.ts'
import { headlineOf, marketHeadlineOf } from './headline.ts'

/** Jumps drawn by the simulator, oldest first. */
type Jumps = ReturnType<Simulator['newsSince']>

/** News before publication: it has no number yet. */
export type UnnumberedNews = Omit<NewsItem, 'epoch' | 'number'>

/**
 * News of jumps, oldest first: each instrument's own jumps, and for jumps of the whole market the largest. Halted
 * instruments are left out because their prices stand still; the fall after a dividend is left out because it has its
 * own headline.
 */
export function* newsOfJumps(
  jumps: Jumps,
  instruments: ReadonlyMap<string, Pick<ListedInstrument, 'wire'>>,
  statusOf: (symbol: string) => MarketStatus,
): Generator<UnnumberedNews, void, undefined> {
  const seen = jumps.filter(({ symbol }) => statusOf(symbol) === 'open')
  for (const [timeMs, together] of Map.groupBy(seen, (jump) => jump.timeMs)) {
    for (const { symbol, logSize, scope } of together) {
      const instrument = instruments.get(symbol)
      if (scope !== 'own' || instrument === undefined) continue
      yield { timeMs, symbol, kind: 'jump', headline: headlineOf({ kind: 'jump', symbol, logSize }, instrument.wire) }
    }
    const [largest] = together
      .filter(({ scope }) => scope === 'market')
      .sort((a, b) => Math.abs(b.logSize) - Math.abs(a.logSize))
    if (largest === undefined) continue
    yield { timeMs, symbol: undefined, kind: 'jump', headline: marketHeadlineOf(largest.logSize) }
  }
}
