import type { AccountFrame } from '@valiant/shared/protocol/account'

/**
 * An account frame as JSON, encoded once: the leader keeps it, the bus carries it and gateways send it on. A text is also
 * cheaper to keep than the hundred objects of a frame, which the garbage collector copies and visits.
 */
export class EncodedFrame {
  readonly epoch: number
  readonly seq: number
  readonly json: string

  constructor({ epoch, seq, json }: { epoch: number; seq: number; json: string }) {
    this.epoch = epoch
    this.seq = seq
    this.json = json
  }

  static of(frame: AccountFrame): EncodedFrame {
    return new EncodedFrame({ epoch: frame.epoch, seq: frame.seq, json: JSON.stringify(frame) })
  }

  decoded(): AccountFrame {
    return JSON.parse(this.json) as AccountFrame
  }
}
