import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Answer } from '@valiant/shared/protocol/events'

/** The packets of Engine.IO and Socket.IO that are used here, by their first characters. */
const PING = 0x32 // '2'
const PONG = '3'
const MESSAGE = 0x34 // '4'
const CONNECTED = 0x30 // '40': connected to the namespace
const EVENT = 0x32 // '42["name",…]'
const ACK = 0x33 // '43<id>[…]'
const REFUSED = 0x34 // '44{…}'
const OPEN_NAMESPACE = '40'
const SOCKET_IO = '/socket.io/?EIO=4&transport=websocket'

const SHORT_MAX = 125
const LENGTH_16 = 126
const LENGTH_64 = 127
/** FIN and "text". */
const TEXT = 0x81
const CLOSE = 0x8
/** WebSocket's own ping, with which the server checks how far a client has read. */
const CONTROL_PING = 0x9
const CONTROL_PONG = 0x8a
const MASKED = 0x80
const HEAD_BYTES_MAX = 10

interface LightOptions {
  readonly port: number
  /** Sent together with the Origin of the page, as browsers do. */
  readonly cookie?: string
  /** A bare WebSocket server, without Engine.IO. */
  readonly bare?: boolean
  /** Gets Socket.IO's packet of an event, `2["name",…]`, or whatever a bare server sends. The bytes are only valid during the call. */
  readonly onMessage?: (packet: Buffer) => void
}

/**
 * A client that uses as little CPU as possible: it splits the bytes of TCP into frames, and decodes only what is needed as
 * text. It relies on the server not to fragment or compress WebSocket frames.
 */
export class LightSocket {
  readonly #tcp: Socket
  readonly #options: LightOptions
  readonly #answers = new Map<number, (answer: Answer) => void>()
  readonly #opened = Promise.withResolvers<undefined>()
  #rest: Buffer | undefined
  #isUpgraded = false
  #asked = 0
  isOpen = false

  private constructor(tcp: Socket, options: LightOptions) {
    this.#tcp = tcp
    this.#options = options
    this.#opened.promise.catch(() => undefined) // reported by `open`, if it is still waiting
    tcp.setNoDelay(true)
    tcp.on('data', (bytes) => this.#receive(bytes))
    tcp.on('error', (error) => this.#opened.reject(error))
    tcp.on('close', () => {
      this.isOpen = false
      this.#opened.reject(new Error('the server closed the connection'))
    })
  }

  static async open(options: LightOptions): Promise<LightSocket> {
    const { port, cookie, bare = false } = options
    const tcp = connect(port, '127.0.0.1')
    const socket = new LightSocket(tcp, options)
    await Promise.race([once(tcp, 'connect'), socket.#opened.promise])
    const head = [
      `GET ${bare ? '/' : SOCKET_IO} HTTP/1.1`,
      `Host: localhost:${port}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Key: ${Buffer.from('a light socket..').toString('base64')}`,
      'Sec-WebSocket-Version: 13',
      ...(cookie === undefined ? [] : [`Cookie: ${cookie}`, `Origin: http://localhost:${port}`]),
    ]
    tcp.write(`${head.join('\r\n')}\r\n\r\n`)
    await socket.#opened.promise
    return socket
  }

  /** Never rejects. If the socket closes before the answer, the promise stays pending. */
  ask(event: string, payload: unknown): Promise<Answer> {
    const id = this.#asked++
    return new Promise((resolve) => {
      this.#answers.set(id, resolve)
      this.#send(`42${id}${JSON.stringify([event, payload])}`)
    })
  }

  /** Stops reading, like a client that hangs. */
  pause(): void {
    this.#tcp.pause()
  }

  close(): void {
    this.#tcp.destroy()
  }

  #receive(chunk: Buffer): void {
    let bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk])
    this.#rest = undefined
    if (!this.#isUpgraded) {
      const end = bytes.indexOf('\r\n\r\n')
      if (end < 0) {
        this.#rest = bytes
        return
      }
      const line = bytes.toString('latin1', 0, bytes.indexOf('\r\n'))
      if (!line.includes(' 101 ')) {
        this.#opened.reject(new Error(`expected an upgrade, found ${line}`))
        this.#tcp.destroy()
        return
      }
      this.#isUpgraded = true
      if (this.#options.bare === true) this.#open()
      bytes = bytes.subarray(end + 4)
    }
    this.#cut(bytes)
  }

  #cut(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length) {
      const frame = frameAt(bytes, at)
      if (frame === undefined || frame.end > bytes.length) break
      const opcode = bytes.readUInt8(at) & 0x0f
      if (opcode === CLOSE) this.#tcp.end()
      else if (opcode === CONTROL_PING) this.#write(CONTROL_PONG, bytes.subarray(frame.begin, frame.end))
      else if (this.#options.bare === true) this.#options.onMessage?.(bytes.subarray(frame.begin, frame.end))
      else this.#take(bytes.subarray(frame.begin, frame.end))
      at = frame.end
    }
    if (at < bytes.length) this.#rest = bytes.subarray(at)
  }

  #take(packet: Buffer): void {
    if (packet[0] === PING) this.#send(PONG)
    else if (packet[0] === MESSAGE) {
      if (packet[1] === EVENT) this.#options.onMessage?.(packet.subarray(1))
      else if (packet[1] === ACK) this.#answered(packet.toString('utf8', 2))
      else if (packet[1] === CONNECTED) this.#open()
      else if (packet[1] === REFUSED) this.#opened.reject(new Error(packet.toString('utf8', 2)))
    } else if (!this.isOpen) this.#send(OPEN_NAMESPACE) // Engine.IO's own opening packet
  }

  #answered(text: string): void {
    const begin = text.indexOf('[')
    const id = Number(text.slice(0, begin))
    const resolve = this.#answers.get(id)
    this.#answers.delete(id)
    const [answer] = JSON.parse(text.slice(begin)) as [Answer]
    resolve?.(answer)
  }

  #open(): void {
    this.isOpen = true
    this.#opened.resolve(undefined)
  }

  #send(text: string): void {
    this.#write(TEXT, Buffer.from(text))
  }

  /** Clients must mask their frames; a mask of zeros leaves the payload unchanged. */
  #write(kind: number, payload: Buffer): void {
    const isShort = payload.length <= SHORT_MAX
    const head = Buffer.alloc(isShort ? 6 : 8)
    head[0] = kind
    head[1] = MASKED | (isShort ? payload.length : LENGTH_16)
    if (!isShort) head.writeUInt16BE(payload.length, 2)
    this.#tcp.write(Buffer.concat([head, payload]))
  }
}

/** The range of the payload of the frame at `at`; undefined while its header is incomplete. */
function frameAt(bytes: Buffer, at: number): { readonly begin: number; readonly end: number } | undefined {
  const left = bytes.length - at
  if (left < 2) return undefined
  const short = bytes.readUInt8(at + 1) & 0x7f
  if (short === LENGTH_16) {
    if (left < 4) return undefined
    return { begin: at + 4, end: at + 4 + bytes.readUInt16BE(at + 2) }
  }
  if (short === LENGTH_64) {
    if (left < HEAD_BYTES_MAX) return undefined
    return { begin: at + HEAD_BYTES_MAX, end: at + HEAD_BYTES_MAX + Number(bytes.readBigUInt64BE(at + 2)) }
  }
  return { begin: at + 2, end: at + 2 + short }
}
