import { failure, foundText, invalid } from './wire-error.ts'

/** Takes the place of a payload that was not read because its frame is too large. */
export class TooLarge {
  readonly bytes: number
  readonly bytesMax: number
  constructor({ bytes, bytesMax }: { bytes: number; bytesMax: number }) {
    this.bytes = bytes
    this.bytesMax = bytesMax
  }
}

/**
 * Checks a payload before anything else touches it: its size, that it is JSON, its depth, and that it is an object.
 * @param levelsMax of objects and arrays in each other
 * @throws {RequestFailure} PAYLOAD_TOO_LARGE, or INVALID for the payload as a whole
 */
export function assertSoundPayload(payload: unknown, levelsMax: number): void {
  if (payload instanceof TooLarge) {
    const { bytes, bytesMax } = payload
    throw failure('PAYLOAD_TOO_LARGE', `Expected a frame of at most ${bytesMax} bytes, found one of ${bytes}.`)
  }
  const fault = faultOf(payload, levelsMax)
  if (fault === 'binary') throw invalid('', 'type', { expected: 'JSON', found: 'a binary part' })
  if (fault === 'deep') {
    throw invalid('', 'max', { expected: `JSON of at most ${levelsMax} levels`, found: 'more levels' })
  }
  if (payload === undefined) throw invalid('', 'required', { expected: 'an object', found: 'nothing' })
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    throw invalid('', 'type', { expected: 'an object', found: foundText(payload) })
  }
}

type Fault = 'deep' | 'binary' | undefined

/** Whether a value has more than this many levels of objects and arrays, or something that JSON cannot express. */
function faultOf(value: unknown, levels: number): Fault {
  if (typeof value === 'function') return 'binary'
  if (typeof value !== 'object' || value === null) return undefined
  if (levels === 0) return 'deep'
  if (!isPlain(value)) return 'binary'
  for (const inner of Object.values(value)) {
    const fault = faultOf(inner, levels - 1)
    if (fault !== undefined) return fault
  }
  return undefined
}

function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
