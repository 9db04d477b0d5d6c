import type { PlaceOrder } from '@valiant/shared/protocol/order'
import type { ProtectPosition } from '@valiant/shared/protocol/changes'
import type { Chance } from '../world/chance.ts'
import { INSTRUMENTS } from './market.ts'

const [INSTRUMENT] = INSTRUMENTS
const START_TICKS = INSTRUMENT?.startTicks ?? 0
const TICKS_AROUND = 60
const FAR_TICKS = 400

const priceOf = (ticks: number): string => (ticks / 100).toFixed(2)

/** An order of any type near the market's start price: some rest, some match each other, some match the house. */
export function drawOrder(chance: Chance, clientOrderId: string): PlaceOrder {
  const side = chance.is(0.5) ? 'buy' : 'sell'
  const qty = String(chance.is(0.05) ? 900_000 : chance.whole(1, 40))
  const near = () => priceOf(START_TICKS + chance.whole(-TICKS_AROUND, TICKS_AROUND))
  const common = { clientOrderId, symbol: 'VLNT', side, qty } as const
  const drawn = chance.next()
  if (drawn < 0.25) return { ...common, type: 'market' }
  if (drawn < 0.65) return { ...common, type: 'limit', limitPrice: near() }
  if (drawn < 0.72) {
    return { ...common, type: 'limit', limitPrice: near(), timeInForce: chance.of(['ioc', 'fok', 'day']) }
  }
  if (drawn < 0.76) return { ...common, type: 'limit', limitPrice: near(), postOnly: true }
  if (drawn < 0.82) return { ...common, type: 'stop', stopPrice: near() }
  if (drawn < 0.86) return { ...common, type: 'stop_limit', stopPrice: near(), limitPrice: near() }
  if (drawn < 0.9) return { ...common, type: 'trailing_stop', trailAmount: priceOf(chance.whole(1, TICKS_AROUND)) }
  // A bracket with both exits.
  const [below, above] = [priceOf(START_TICKS - FAR_TICKS), priceOf(START_TICKS + FAR_TICKS)]
  return {
    ...common,
    ...{ type: 'limit', limitPrice: near() },
    takeProfit: { limitPrice: side === 'buy' ? above : below },
    stopLoss: { stopPrice: side === 'buy' ? below : above },
  }
}

/** A random amendment. The exchange refuses it if the order is not open or does not have the field. */
export const drawAmendment = (chance: Chance): { readonly qty?: string; readonly limitPrice?: string } =>
  chance.is(0.5)
    ? { qty: String(chance.whole(1, 40)) }
    : { limitPrice: priceOf(START_TICKS + chance.whole(-TICKS_AROUND, TICKS_AROUND)) }

/** Random exits of a position: one, both or none, for either side. Those on the wrong side are refused. */
export function drawProtection(chance: Chance): ProtectPosition {
  const [below, above] = [priceOf(START_TICKS - FAR_TICKS), priceOf(START_TICKS + FAR_TICKS)]
  const [stopPrice, limitPrice] = chance.is(0.7) ? [below, above] : [above, below]
  return {
    symbol: 'VLNT',
    ...(chance.is(0.8) && { takeProfit: { limitPrice } }),
    ...(chance.is(0.8) && { stopLoss: { stopPrice } }),
  }
}
