import type { StopLoss, TakeProfit } from '@valiant/shared/protocol/order'
import type { StopLossRequest, TakeProfitRequest } from '../../bus/exchange-request.ts'
import { readTicks, readTrailBps } from '../../feed/account/order-decimals.ts'
import type { ListedInstrument } from '../../instruments.ts'
import { checked, forbid, needed } from './read-field.ts'

/** The exits of a position, or those that an entry order creates; absent if not requested. */
interface Exits {
  readonly takeProfit?: TakeProfitRequest
  readonly stopLoss?: StopLossRequest
}

/** @throws {RequestFailure} INVALID, naming the field by its path */
export function exitsOf(
  { takeProfit, stopLoss }: { takeProfit?: TakeProfit | undefined; stopLoss?: StopLoss | undefined },
  instrument: ListedInstrument,
): Exits {
  return {
    ...(takeProfit !== undefined && { takeProfit: takeProfitOf(takeProfit, instrument) }),
    ...(stopLoss !== undefined && { stopLoss: stopLossOf(stopLoss, instrument) }),
  }
}

function takeProfitOf({ limitPrice, timeInForce = 'gtc' }: TakeProfit, instrument: ListedInstrument) {
  return { limitTicks: checked(readTicks('takeProfit.limitPrice', limitPrice, instrument)), timeInForce }
}

function stopLossOf(stopLoss: StopLoss, instrument: ListedInstrument): StopLossRequest {
  const { stopPrice, limitPrice, trailPercent, timeInForce = 'gtc' } = stopLoss
  if (trailPercent !== undefined) {
    forbid('stopLoss.limitPrice', limitPrice, 'beside trailPercent')
    const first =
      stopPrice === undefined ? {} : { stopTicks: checked(readTicks('stopLoss.stopPrice', stopPrice, instrument)) }
    return { ...first, trailBps: checked(readTrailBps('stopLoss.trailPercent', trailPercent)), timeInForce }
  }
  const stop = needed('stopLoss.stopPrice', stopPrice, 'stopPrice or trailPercent')
  return {
    stopTicks: checked(readTicks('stopLoss.stopPrice', stop, instrument)),
    ...(limitPrice !== undefined && { limitTicks: checked(readTicks('stopLoss.limitPrice', limitPrice, instrument)) }),
    timeInForce,
  }
}
