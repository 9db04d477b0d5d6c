/**
 * Hands things over in the order in which they came, never inside the call that brought them: neither side then has to
 * expect the other in the middle of its own work. At the end of the present call, not of the turn of the event loop: an
 * order makes several of these ways, and each turn is a look at all sockets.
 */
export class Deliveries {
  private waiting: (() => void)[] = []

  add(deliver: () => void): void {
    if (this.waiting.length === 0) queueMicrotask(() => this.deliverAll())
    this.waiting.push(deliver)
  }

  private deliverAll(): void {
    const due = this.waiting
    this.waiting = []
    for (const [index, deliver] of due.entries()) {
      try {
        deliver()
      } catch (error) {
        // The receiver's defect ends this turn, but not what stands behind it.
        for (const rest of due.slice(index + 1)) this.add(rest)
        throw error
      }
    }
  }
}
