import type { BalancerName } from '../../rig/balancer.ts'
import type { Arena } from '../arena.ts'
import type { Scale } from '../row.ts'
import { TradingRun } from '../trading-run.ts'

export const clientsOf = ({ isLong }: Scale): number => (isLong ? 64 : 16)

interface Opening extends Scale {
  /** Through a load balancer, or directly to the instances in turn. */
  readonly via: BalancerName | 'straight'
  readonly paceMs?: number
}

/** Opens the trading run of a row, with the number of traders for its size. */
export async function openTradingRun(arena: Arena, { isLong, via, paceMs = 200 }: Opening): Promise<TradingRun> {
  const { fleet, balancers } = arena
  await fleet.heal()
  const urls = via === 'straight' ? fleet.members.map(({ url }) => url) : [balancers[via].url]
  return TradingRun.open(arena, {
    ...{ isLong, traders: clientsOf({ isLong }), urls, paceMs },
    againMax: isLong ? 2_000 : 100,
  })
}
