import type { Scale } from './scale.ts'

/** What the two exits would earn and lose, before fees; undefined for an exit on the wrong side of the entry. */
export interface Stake {
  readonly profitCents: bigint | undefined
  readonly lossCents: bigint | undefined
  /** Profit per dollar at risk. */
  readonly ratio: number | undefined
}

/** The distance of an exit from its entry, in percent; positive is up. */
export const percentFrom = (entryTicks: number, ticks: number): number | undefined =>
  entryTicks === 0 ? undefined : (ticks / entryTicks - 1) * 100

/** @param lots of the entry, as a size */
export function stakeOf(
  order: {
    readonly side: 'buy' | 'sell'
    readonly lots: number
    readonly entryTicks: number
    readonly takeProfitTicks: number | undefined
    readonly stopLossTicks: number | undefined
  },
  scale: Scale,
): Stake {
  const sign = order.side === 'buy' ? 1n : -1n
  const gain = (ticks: number | undefined) =>
    ticks === undefined
      ? undefined
      : sign * (scale.valueCents(ticks, order.lots) - scale.valueCents(order.entryTicks, order.lots))
  const [profit, loss] = [gain(order.takeProfitTicks), gain(order.stopLossTicks)]
  const profitCents = profit !== undefined && profit >= 0n ? profit : undefined
  const lossCents = loss !== undefined && loss <= 0n ? loss : undefined
  const ratio =
    profitCents === undefined || lossCents === undefined || profitCents === 0n || lossCents === 0n
      ? undefined
      : Number(profitCents) / Number(-lossCents)
  return { profitCents, lossCents, ratio }
}
