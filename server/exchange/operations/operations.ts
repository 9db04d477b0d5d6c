import type { Answer } from '@valiant/shared/protocol/events'
import type { ChangeRequest, CreateAccountRequest, PlaceOrderRequest } from '../../bus/exchange-request.ts'
import type { Engine } from '../../engine/engine.ts'
import type { AccountFrames } from '../accounts/account-frames.ts'
import { AccountOperations } from './accounts.ts'
import { amendOrder } from './amend.ts'
import { OrderOperations } from './orders.ts'
import type { Outcome } from './outcome.ts'
import { PositionOperations } from './positions.ts'
import { previewAnswer } from './preview.ts'

/** A change to an existing account. */
type AccountChange = Exclude<ChangeRequest, CreateAccountRequest>

/** Executes users' requests on the engine's current state and builds the answers. */
export class Operations {
  readonly accounts: AccountOperations
  readonly #engine: Engine
  readonly #frames: AccountFrames
  readonly #orders: OrderOperations
  readonly #positions: PositionOperations

  constructor(engine: Engine, frames: AccountFrames) {
    this.#engine = engine
    this.#frames = frames
    this.accounts = new AccountOperations(engine, frames)
    this.#orders = new OrderOperations(engine, frames)
    this.#positions = new PositionOperations(engine, frames)
  }

  carryOut(request: AccountChange, timeMs: number): Outcome {
    switch (request.event) {
      case 'order.place':
        return this.#orders.place(request, timeMs)
      case 'order.amend':
        return amendOrder(request, { engine: this.#engine, frames: this.#frames, timeMs })
      case 'order.cancel':
        return this.#orders.cancel(request, timeMs)
      case 'order.cancelAll':
        return this.#orders.cancelAll(request, timeMs)
      case 'position.close':
        return this.#positions.close(request, timeMs)
      case 'position.protect':
        return this.#positions.protect(request, timeMs)
      case 'cancelAfter':
        return this.accounts.cancelAfter(request, timeMs)
      case 'account.update':
        return this.accounts.update(request, timeMs)
      case 'account.deposit':
      case 'account.withdraw':
        return this.accounts.moveMoney(request, timeMs)
      case 'account.reset':
        return this.accounts.reset(request, timeMs)
      case 'account.close':
        return this.accounts.close(request, timeMs)
      default:
        return request satisfies never
    }
  }

  preview(request: PlaceOrderRequest, timeMs: number): Answer {
    return previewAnswer(request, { engine: this.#engine, frames: this.#frames, timeMs })
  }
}
