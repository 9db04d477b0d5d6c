import type { BalancerName } from '../../rig/balancer.ts'
import type { Arena } from '../arena.ts'
import { TradingRun } from '../trading-run.ts'

export const clientsOf = (isLong: boolean): number => (isLong ? 64 : 16)

interface Opening {
  readonly isLong: boolean
  /** Through a load balancer, or straight to the instances, dealt in turn. */
  readonly via: BalancerName | 'straight'
  readonly paceMs?: number
}

/** The run of a row: as many traders as its table says. */
export async function openTradingRun(arena: Arena, { isLong, via, paceMs = 200 }: Opening): Promise<TradingRun> {
  const { fleet, balancers } = arena
  await fleet.heal()
  const urls = via === 'straight' ? fleet.members.map(({ url }) => url) : [balancers[via].url]
  return TradingRun.open(arena, { traders: clientsOf(isLong), urls, paceMs, againMax: isLong ? 2_000 : 100 }, isLong)
}
