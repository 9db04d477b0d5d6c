import type { Answer } from '@valiant/shared/protocol/events'
import type { CommandBus, CommandEntry } from '../../bus/commands.ts'
import type { LiveMarket } from '../market/live-market.ts'

/** Sends the answers to commands, each once what it says is committed. */
export class Replies {
  readonly #market: Pick<LiveMarket, 'epoch' | 'open'>
  readonly #bus: Pick<CommandBus, 'reply'>

  constructor(market: Pick<LiveMarket, 'epoch' | 'open'>, bus: Pick<CommandBus, 'reply'>) {
    this.#market = market
    this.#bus = bus
  }

  /** Sends the answer when the open batch is released. */
  withBatch(entry: CommandEntry, answer: Answer): void {
    this.#market.open.onRelease(() => this.now(entry, answer))
  }

  /** Sends an answer at once: all that it says is committed. */
  now({ gateway, id }: CommandEntry, answer: Answer): void {
    this.#bus.reply(gateway, { id, epoch: this.#market.epoch, answer })
  }

  /** Sends a refusal that does not use up the id: it holds for this copy of the request and earlier ones. */
  refuseOnCommit({ gateway, id, copy }: CommandEntry, answer: Answer): void {
    const reply = { id, epoch: this.#market.epoch, answer, ...(copy !== undefined && { ofCopy: copy }) }
    this.#market.open.onCommit(() => this.#bus.reply(gateway, reply))
  }
}
