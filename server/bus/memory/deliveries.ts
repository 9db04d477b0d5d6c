/**
 * Delivers messages in the order in which they were added, and never inside the call that added them, so that neither side
 * is called back in the middle of its own work. They are delivered in a microtask rather than in the next turn of the event
 * loop: an order passes here several times, and each turn polls all sockets.
 */
export class Deliveries {
  private waiting: (() => void)[] = []

  add(deliver: () => void): void {
    if (this.waiting.length === 0) this.schedule()
    this.waiting.push(deliver)
  }

  private schedule(): void {
    queueMicrotask(() => this.deliverAll())
  }

  private deliverAll(): void {
    const due = this.waiting
    this.waiting = []
    for (const [index, deliver] of due.entries()) {
      try {
        deliver()
      } catch (error) {
        // A receiver that throws does not stop the deliveries behind it, which come before those added meanwhile.
        const rest = due.slice(index + 1)
        if (this.waiting.length === 0 && rest.length > 0) this.schedule()
        this.waiting = [...rest, ...this.waiting]
        throw error
      }
    }
  }
}
