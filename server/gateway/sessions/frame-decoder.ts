import { Decoder, PacketType } from 'socket.io-parser'
import { TooLarge } from '../answering/payload.ts'
import { type GatewayLimits, transportBytes } from './limits.ts'

/** The most UTF-8 bytes per character of a string. */
const BYTES_A_CHARACTER_MAX = 3
const CONNECT_TYPE = String(PacketType.CONNECT)
const ACK_TYPE = String(PacketType.ACK)
/** The head of an event: its type, optional namespace, acknowledgement id and name. */
const HEAD = /^2(?:\/,)?(\d{0,15})\[\s*(?:"([\w.]{1,64})"\s*[,\]])?/

/**
 * Socket.IO's decoder of client packets, one per connection. An oversized frame that is an event is decoded by its head
 * alone, so that it can be answered and the socket stays open; any other ends the socket. So does a second CONNECT, which
 * Socket.IO would otherwise admit again, on a request that has been released, with another identity lookup each time; and
 * an acknowledgement, since the server asks for none and no limit counts them.
 */
export function frameDecoder({ frameBytes }: Pick<GatewayLimits, 'frameBytes'>): typeof Decoder {
  const largest = transportBytes({ frameBytes })
  /** Clients may encode a preference's value as verbosely as they like: the value itself is limited when it is parsed. */
  const bytesMaxOf = (event: string | undefined) => (event === 'preferences.set' ? largest : frameBytes)

  return class FrameDecoder extends Decoder {
    #hasConnected = false

    override add(frame: unknown): void {
      if (typeof frame === 'string' && frame.startsWith(CONNECT_TYPE)) {
        if (this.#hasConnected) throw new Error('expected only one CONNECT per connection')
        this.#hasConnected = true
      }
      if (typeof frame === 'string' && frame.startsWith(ACK_TYPE)) throw new Error('expected no acknowledgement')
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
