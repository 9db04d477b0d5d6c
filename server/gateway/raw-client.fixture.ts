import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** For tests: a client that speaks WebSocket and Socket.IO by hand, and reads nothing once it is connected. */
export class DeafClient {
  readonly #socket: Socket

  private constructor(socket: Socket) {
    this.#socket = socket
  }

  /** @param joins whether it joins the namespace, or only connects */
  static async connect(port: number, { joins = true } = {}): Promise<DeafClient> {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    const key = randomBytes(16).toString('base64')
    socket.write(
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n` +
        `Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    )
    const client = new DeafClient(socket)
    await client.#read('0{')
    if (joins) {
      client.#send('40')
      await client.#read('40{')
    }
    socket.pause()
    return client
  }

  /** Sends a request whose answer it will never read. */
  ask(event: string, payload: unknown): void {
    this.#send(`420${JSON.stringify([event, payload])}`)
  }

  destroy(): void {
    this.#socket.destroy()
  }

  async #read(text: string): Promise<void> {
    for (let read = ''; !read.includes(text);) {
      const [bytes] = (await once(this.#socket, 'data')) as [Buffer]
      read += bytes.toString('latin1')
    }
  }

  #send(text: string): void {
    const payload = Buffer.from(text)
    const mask = randomBytes(4)
    const masked = payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0))
    const length =
      payload.length < 126 ? [0x80 | payload.length] : [0x80 | 126, payload.length >> 8, payload.length & 255]
    this.#socket.write(Buffer.concat([Buffer.from([0x81, ...length]), mask, masked]))
  }
}
