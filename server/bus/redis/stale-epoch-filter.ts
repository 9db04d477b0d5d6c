/** A message of Socket.IO's adapter to the other instances: sender, packet and recipients. */
type AdapterMessage = readonly [sender: unknown, packet: Packet | undefined, to: unknown]
interface Packet {
  readonly data?: readonly [event: string, frame: { readonly epoch?: number } | undefined]
}

/**
 * Drops account frames of an earlier epoch: a leader that was paused may still send some after another took over. Those
 * that go through the adapter reach the sockets without the gateway, so all are filtered here.
 * Only epochs of account frames count: the frames of a batch in doubt are sent late, with their own epoch, but still before
 * any account frame of the next epoch.
 */
export class StaleEpochFilter {
  #highest = 0

  /** Whether an account frame that has just arrived is of an earlier epoch than one before it. */
  isOver(epoch: number): boolean {
    if (epoch > this.#highest) this.#highest = epoch
    return epoch < this.#highest
  }

  /** @returns the adapter's message, or one without a packet, which the adapter ignores, if its epoch is over */
  pass(message: unknown): unknown {
    const [sender, packet, to] = message as AdapterMessage
    if (packet?.data?.[0] !== 'account') return message
    const epoch = packet.data[1]?.epoch
    return epoch !== undefined && this.isOver(epoch) ? [sender, undefined, to] : message
  }
}
