import type { Scale } from './scale.ts'

/** What two exits would bring and cost, fees apart. */
export interface Stake {
  readonly profitCents: bigint | undefined
  readonly lossCents: bigint | undefined
  /** Profit for each dollar at stake. */
  readonly ratio: number | undefined
}

/** Where an exit stands from its entry, in percent; positive is up. */
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
  const profitCents = gain(order.takeProfitTicks)
  const lossCents = gain(order.stopLossTicks)
  const ratio =
    profitCents === undefined || lossCents === undefined || profitCents <= 0n || lossCents >= 0n
      ? undefined
      : Number(profitCents) / Number(-lossCents)
  return { profitCents, lossCents, ratio }
}
