/** What Socket.IO's adapter sends to the other instances: who sends, the packet, and to whom. */
type AdapterMessage = readonly [sender: unknown, packet: Packet | undefined, to: unknown]
interface Packet {
  readonly data?: readonly [event: string, frame: { readonly epoch?: number } | undefined]
}

/**
 * Account frames as one instance hears them, without those of an epoch that is over: a leader that stood still goes on in
 * the middle of a word. They go past the gateway, from the adapter to the sockets, so it is done here.
 * Held against account frames alone: a batch that was in doubt is told late, under its own epoch, and before any account
 * frame of the next.
 */
export class StaleEpochFilter {
  #highest = 0

  /** @returns the message; without its packet, which the adapter then ignores, where it is of an epoch that is over */
  pass(message: unknown): unknown {
    const [sender, packet, to] = message as AdapterMessage
    if (packet?.data?.[0] !== 'account') return message
    const epoch = packet.data[1]?.epoch ?? this.#highest
    if (epoch < this.#highest) return [sender, undefined, to]
    this.#highest = epoch
    return message
  }
}
