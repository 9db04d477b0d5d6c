/** After this many heartbeats of one lower epoch the exchange must have started over; a replaced leader stops sooner. */
const RESTART_BEATS = 10

/** The highest epoch seen: what a leader with a lower one sends no longer counts. */
export class LeaderEpoch {
  /** 0 before the first leader. */
  #epoch = 0
  /** Consecutive heartbeats with the same lower epoch on the connection in use. */
  #lower = { epoch: 0, beats: 0 }
  /** The instance knows no leader yet, or an older one. */
  #isAwaited = false

  get current(): number {
    return this.#epoch
  }

  /** A connection begins. @param epoch of the leader that its instance knows; 0 for none */
  welcome(epoch: number): void {
    this.#lower = { epoch: 0, beats: 0 }
    this.#isAwaited = epoch === 0 || epoch < this.#epoch
    this.#epoch = Math.max(this.#epoch, epoch)
  }

  /** @returns whether a frame counts; false when a leader that has been replaced sent it */
  admits(epoch: number): boolean {
    if (epoch < this.#epoch) return false
    this.#epoch = epoch
    return true
  }

  /** @returns true once: when the instance in use, which knew no current leader at its welcome, has sent such an epoch */
  isFound(epoch: number): boolean {
    const isFound = this.#isAwaited && epoch > 0
    if (isFound) this.#isAwaited = false
    return isFound
  }

  /**
   * Counts a heartbeat of the connection in use.
   * @returns whether the exchange has started over, because its data was deleted or restored; its lower epoch then counts
   */
  hasStartedOver(epoch: number): boolean {
    const isLower = epoch > 0 && epoch < this.#epoch
    const before = this.#lower.epoch === epoch ? this.#lower.beats : 0
    this.#lower = { epoch, beats: isLower ? before + 1 : 0 }
    if (this.#lower.beats < RESTART_BEATS) return false
    this.#epoch = epoch
    this.#isAwaited = false
    return true
  }
}
