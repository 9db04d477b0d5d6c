import { PAYLOAD_DEPTH_MAX } from '@valiant/shared/protocol/limits'
import { failure, foundText, invalid } from './wire-error.ts'

/** Stands for a payload that was not read, since the frame that it came in is too large. */
export class TooLarge {
  readonly bytes: number
  readonly bytesMax: number
  constructor({ bytes, bytesMax }: { bytes: number; bytesMax: number }) {
    this.bytes = bytes
    this.bytesMax = bytesMax
  }
}

/**
 * Looks at a payload before anything else touches it: it is no larger than the limit, what it holds is JSON, and no deeper
 * than the limit. Then that it is an object at all.
 * @throws {RequestFailure} PAYLOAD_TOO_LARGE, and INVALID, for the payload as a whole
 */
export function assertSoundPayload(payload: unknown): void {
  if (payload instanceof TooLarge) {
    const { bytes, bytesMax } = payload
    throw failure('PAYLOAD_TOO_LARGE', `Expected a frame of at most ${bytesMax} bytes, found one of ${bytes}.`)
  }
  if (!isShallow(payload, PAYLOAD_DEPTH_MAX)) {
    throw invalid('', 'max', { expected: `JSON of at most ${PAYLOAD_DEPTH_MAX} levels, without binary parts` })
  }
  if (payload === undefined) throw invalid('', 'required', { expected: 'an object', found: 'nothing' })
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    throw invalid('', 'type', { expected: 'an object', found: foundText(payload) })
  }
}

/** Whether a value has at most so many levels of objects and lists, and nothing in it that JSON does not have. */
function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'function'
  if (levels === 0 || !isPlain(value)) return false
  return Object.values(value).every((inner) => isShallow(inner, levels - 1))
}

function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
