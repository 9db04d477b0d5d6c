import { assert, unreachable } from '../assert.ts'
import { Engine } from '../engine.ts'
import type { EngineEvents } from '../event.ts'
import type { Call, Head } from './recording.ts'

/** Repeats a recording on a new engine, line by line. */
export class Replay {
  readonly engine: Engine
  readonly head: Head
  private readonly onDrain: (events: EngineEvents) => void

  /**
   * @param firstLine the head of the recording
   * @param onDrain receives the drained events wherever the recorded engine was drained
   * @throws {AssertionError} when this is not a recording
   */
  constructor(firstLine: string, onDrain: (events: EngineEvents) => void = () => undefined) {
    const head = JSON.parse(firstLine) as Partial<Head>
    assert(head.recording === 1 && head.options !== undefined && head.node !== undefined, 'the head of a recording')
    this.head = { recording: 1, node: head.node, options: head.options }
    this.engine = new Engine(head.options)
    this.onDrain = onDrain
  }

  line(line: string): void {
    const call = JSON.parse(line) as Call
    const { engine } = this
    switch (call[0]) {
      case 'beginEpoch':
        engine.beginEpoch(call[1])
        return
      case 'apply':
        engine.apply(call[1], call[2])
        return
      case 'quantum':
        engine.quantum(call[1])
        return
      case 'publishHighWaters':
        engine.publishHighWaters(call[1])
        return
      case 'postponeDeadMen':
        engine.postponeDeadMen(call[1])
        return
      case 'drain':
        this.onDrain(engine.drain())
        return
      case 'place':
        engine.house(call[1]).place(call[2], call[3], call[4], call[5])
        return
      case 'cancel':
        engine.house(call[1]).cancel(call[2])
        return
      case 'take':
        engine.house(call[1]).take(call[2], call[3], call[4], call[5])
        return
      default:
        unreachable(call)
    }
  }
}
