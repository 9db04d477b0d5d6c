import type { ClosePositionRequest, ProtectPositionRequest } from '../../bus/exchange-request.ts'
import type { Engine } from '../../engine/engine.ts'
import { toWireOrder } from '../../feed/account/order.ts'
import type { AccountFrames } from '../accounts/account-frames.ts'
import { refusal } from '../commands/refusal.ts'
import { placed } from './orders.ts'
import { done, type Recorded, refused } from './outcome.ts'
import { exitsOf } from './place-command.ts'

/** Closes and protects positions. */
export class PositionOperations {
  readonly #engine: Engine
  readonly #frames: AccountFrames

  constructor(engine: Engine, frames: AccountFrames) {
    this.#engine = engine
    this.#frames = frames
  }

  close({ account, symbol, lots, source }: ClosePositionRequest, timeMs: number): Recorded {
    const instrument = this.#frames.instrument(symbol)
    const command = { kind: 'position.close', account, symbol, source, ...(lots !== undefined && { lots }) } as const
    const result = this.#engine.apply(command, timeMs)
    return placed(result, instrument, this.#frames.seqOf(account))
  }

  /** A refusal changes nothing; the error names the exit that was refused. */
  protect(request: ProtectPositionRequest, timeMs: number): Recorded {
    const { account, symbol, lots, source } = request
    const instrument = this.#frames.instrument(symbol)
    const exits = exitsOf(request, instrument.wire.session, timeMs)
    const command = { account, symbol, source, ...(lots !== undefined && { lots }), ...exits }
    const result = this.#engine.apply({ kind: 'position.protect', ...command }, timeMs)
    if (!result.ok) {
      const error = refusal(result.rejection, instrument)
      return refused({ ...error, ...(result.role && { field: FIELD[result.role] }) })
    }
    const { takeProfit, stopLoss } = result
    return done({
      ...(takeProfit && { takeProfit: toWireOrder(takeProfit, instrument) }),
      ...(stopLoss && { stopLoss: toWireOrder(stopLoss, instrument) }),
      seq: this.#frames.seqOf(account),
    })
  }
}

const FIELD = { take_profit: 'takeProfit', stop_loss: 'stopLoss' } as const
