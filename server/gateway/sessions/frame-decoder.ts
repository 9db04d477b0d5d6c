import { Decoder, PacketType } from 'socket.io-parser'
import { TooLarge } from '../answering/payload.ts'
import { type GatewayLimits, transportBytes } from './limits.ts'

/** A character of a text takes at most so many bytes in UTF-8. */
const BYTES_A_CHARACTER_MAX = 3
const ASKS_IN = String(PacketType.CONNECT)
/** How an event begins: its kind, perhaps the namespace of all, the number of its acknowledgement, and its name. */
const HEAD = /^2(?:\/,)?(\d{0,15})\[\s*(?:"([\w.]{1,64})"\s*[,\]])?/

/**
 * Socket.IO's decoder of what a client sends, one for each connection. A frame that is larger than it may be is an event
 * all the same, unread but for its head: it can be answered, and the socket stays. What is as large and no event ends the
 * socket. So does asking to be let in a second time: Socket.IO would begin it anew each time, over a request that has been
 * let go of, and look up who it is as often as a client likes.
 */
export function frameDecoder({ frameBytes }: Pick<GatewayLimits, 'frameBytes'>): typeof Decoder {
  const largest = transportBytes({ frameBytes })
  /** How a client writes a preference's value is its own affair: what the value is bounded by is its size here. */
  const bytesMaxOf = (event: string | undefined) => (event === 'preferences.set' ? largest : frameBytes)

  return class FrameDecoder extends Decoder {
    #hasAsked = false

    override add(frame: unknown): void {
      if (typeof frame === 'string' && frame.startsWith(ASKS_IN)) {
        if (this.#hasAsked) throw new Error('expected a connection that asks to be let in once')
        this.#hasAsked = true
      }
      // Nearly all frames are so short that their bytes need not be counted.
      const isShort = typeof frame === 'string' && frame.length * BYTES_A_CHARACTER_MAX <= frameBytes
      const bytes = isShort ? 0 : bytesOf(frame)
      if (bytes <= frameBytes) {
        super.add(frame)
        return
      }
      const head = typeof frame === 'string' ? HEAD.exec(frame) : null
      if (head === null) throw new Error(`expected a frame of at most ${frameBytes} bytes, found ${bytes}`)
      const [, id = '', event] = head
      const bytesMax = bytesMaxOf(event)
      if (bytes <= bytesMax) {
        super.add(frame)
        return
      }
      this.emitReserved('decoded', {
        ...{ type: PacketType.EVENT, nsp: '/', data: [event ?? '', new TooLarge({ bytes, bytesMax })] },
        ...(id !== '' && { id: Number(id) }),
      })
    }
  }
}

function bytesOf(frame: unknown): number {
  if (typeof frame === 'string') return Buffer.byteLength(frame)
  return frame instanceof ArrayBuffer || ArrayBuffer.isView(frame) ? frame.byteLength : 0
}
